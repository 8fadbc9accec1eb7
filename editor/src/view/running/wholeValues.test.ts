import { expect, test } from 'vitest'

import type { Graph, GraphNode, Side } from '../../model/types'
import { serverWith } from '../../store/testing'
import { placeOfInput, placeOfOutput, wholeValue } from './wholeValues'

function node(id: string, type: string, ...ports: [Side, string][]): [string, GraphNode] {
  const place = { position: { x: 0, y: 0 }, size: { width: 1, height: 1 }, zIndex: 0 }
  return [id, { id, type, label: type, data: {}, ports: ports.map(([side, name]) => ({ side, id: name })), ...place }]
}

const GRAPH: Graph = {
  nodes: Object.fromEntries([
    node('ask', 'llm', ['input', 'prompt'], ['output', 'response']),
    node('gate', 'conditional', ['input', 'in'], ['output', 'true'], ['output', 'false']),
    node('out', 'output', ['input', 'text']),
  ]),
  edges: {
    e1: { id: 'e1', sourceNodeId: 'ask', sourcePortId: 'response', targetNodeId: 'out', targetPortId: 'text' },
  },
}

test('the output of one port is the value of that port', () => {
  expect(placeOfOutput(GRAPH, 'ask')).toEqual({ nodeId: 'ask', portId: 'response' })
})

test('the output of several ports is all that came out of them', () => {
  expect(placeOfOutput(GRAPH, 'gate')).toEqual({ nodeId: 'gate' })
})

test('a node that puts out nothing, or is none, has nothing in full', () => {
  expect(placeOfOutput(GRAPH, 'out')).toBeNull()
  expect(placeOfOutput(GRAPH, 'constructor')).toBeNull()
})

test('an input is at the port that it comes from', () => {
  expect(placeOfInput(GRAPH, 'out', 'text')).toEqual({ nodeId: 'ask', portId: 'response' })
  expect(placeOfInput(GRAPH, 'ask', 'prompt')).toBeNull()
})

test('the whole of a value is what the server tells of its node', async () => {
  const server = serverWith({ node: async (_, nodeId) => ({ nodeId, outputs: { response: 'all' } }) })
  expect(await wholeValue(server, 'r', { nodeId: 'ask', portId: 'response' })).toBe('all')
  expect(await wholeValue(server, 'r', { nodeId: 'ask' })).toEqual({ response: 'all' })
  await expect(wholeValue(server, 'r', { nodeId: 'ask', portId: 'gone' })).rejects.toThrow('does not have')
})

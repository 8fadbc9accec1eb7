import { expect, test } from 'vitest'

import type { Graph, GraphNode } from './types'
import { diffGraphs, isEqual, isSame, nodeName } from './graphDiff'

function node(id: string, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: 'llm', label: 'LLM', position: { x: 0, y: 0 }, size: { width: 1, height: 1 }, data: {}, ports: [], zIndex: 0, ...more }
}

function graph(nodes: GraphNode[], edges: [string, string, string][] = [], metadata?: Graph['metadata']): Graph {
  return {
    nodes: Object.fromEntries(nodes.map((one) => [one.id, one])),
    edges: Object.fromEntries(
      edges.map(([id, source, target]) => [
        id,
        { id, sourceNodeId: source, sourcePortId: 'o', targetNodeId: target, targetPortId: 'i' },
      ]),
    ),
    ...(metadata && { metadata }),
  }
}

test('equal graphs are the same, whatever the order of keys', () => {
  const diff = diffGraphs(graph([node('a', { data: { p: 1, q: 2 } })]), graph([node('a', { data: { q: 2, p: 1 } })], [], {}))
  expect(isSame(diff)).toBe(true)
})

test('nodes are told apart by id and shown by name', () => {
  const before = graph([node('a', { name: 'Draft' }), node('b')])
  const after = graph([node('b'), node('c', { name: 'Check' })])
  const diff = diffGraphs(before, after)
  expect(diff.removed).toEqual([{ id: 'a', name: 'Draft' }])
  expect(diff.added).toEqual([{ id: 'c', name: 'Check' }])
  expect(isSame(diff)).toBe(false)
})

test('a change says what it is about', () => {
  const before = graph([node('a'), node('b', { icon: 'x' })])
  const after = graph([node('a', { name: 'New', data: { prompt: 'Hi' } }), node('b', { icon: 'y' })])
  expect(diffGraphs(before, after).changed).toEqual([
    { id: 'a', name: 'New', was: 'LLM', what: ['name', 'settings'] },
    { id: 'b', name: 'LLM', what: ['other'] },
  ])
})

test('a node that only moved is no change', () => {
  const diff = diffGraphs(graph([node('a')]), graph([node('a', { position: { x: 9, y: 9 } })]))
  expect(diff.moved).toEqual([{ id: 'a', name: 'LLM' }])
  expect(diff.changed).toEqual([])
  expect(isSame(diff)).toBe(true)
})

test('connections are counted', () => {
  const nodes = [node('a'), node('b')]
  const diff = diffGraphs(graph(nodes, [['1', 'a', 'b'], ['2', 'a', 'b']]), graph(nodes, [['2', 'b', 'a'], ['3', 'a', 'b']]))
  expect(diff).toMatchObject({ edgesAdded: 1, edgesRemoved: 1, edgesChanged: 1 })
})

test('a new name of the workflow is a difference', () => {
  const diff = diffGraphs(graph([], [], { name: 'A' }), graph([], [], { name: 'B' }))
  expect(diff.metadata).toBe(true)
  expect(isSame(diff)).toBe(false)
})

test('ids that objects know by themselves are only ids', () => {
  const diff = diffGraphs(graph([]), graph([node('constructor'), node('toString')]))
  expect(diff.added.map((one) => one.id)).toEqual(['constructor', 'toString'])
})

test('lists and objects are never equal, nor null and an object', () => {
  expect(isEqual([], {})).toBe(false)
  expect(isEqual(null, {})).toBe(false)
  expect(isEqual({ a: undefined }, {})).toBe(true)
})

test('a node without a name goes by its label, its type or its id', () => {
  expect(nodeName(node('n', { label: '' }))).toBe('llm')
  expect(nodeName(node('n', { label: '', type: '' }))).toBe('n')
})

import { describe, expect, test } from 'vitest'

import type { Catalog, Graph, GraphNode, NodeType, Port, PortRule } from '../../model/types'
import { candidatesFor, freePort, portsFor } from './fitting'
import { portKey, wiredPorts } from './portKeys'

const port = (id: string, side: Port['side'], dataType: string): Port => ({ id, side, dataType })
const node = (id: string, ...ports: Port[]): GraphNode => ({
  id,
  type: 't',
  label: id,
  position: { x: 0, y: 0 },
  size: { width: 1, height: 1 },
  data: {},
  ports,
  zIndex: 0,
})
const through = (id: string) => node(id, port('in', 'input', 'string'), port('out', 'output', 'string'))
const graph = (nodes: GraphNode[], ...lines: string[]): Graph => ({
  nodes: Object.fromEntries(nodes.map((each) => [each.id, each])),
  edges: Object.fromEntries(
    lines.map((line) => {
      const [from = '', to = ''] = line.split('>')
      return [line, { id: line, sourceNodeId: from, sourcePortId: 'out', targetNodeId: to, targetPortId: 'in' }]
    }),
  ),
})

describe('ports that a line may end at', () => {
  test('have the other side and a type that fits', () => {
    const number = node('n', port('in', 'input', 'number'))
    const any = node('x', port('in', 'input', 'any'), port('out', 'output', 'any'))
    expect([...portsFor(graph([through('a'), through('b'), number, any]), 'a', 'output', 'out')]).toEqual([
      portKey('b', 'input', 'in'),
      portKey('x', 'input', 'in'),
    ])
  })

  test('are never those of the same node, nor any that would close a circle', () => {
    const line = graph([through('a'), through('b'), through('c')], 'a>b', 'b>c')
    expect(portsFor(line, 'c', 'output', 'out').size).toBe(0)
    expect([...portsFor(line, 'a', 'input', 'in')]).toEqual([])
    expect([...portsFor(line, 'a', 'output', 'out')]).toEqual([
      portKey('b', 'input', 'in'),
      portKey('c', 'input', 'in'),
    ])
  })

  test('may be where the moved line itself stood in the way', () => {
    const line = graph([through('a'), through('b')], 'a>b')
    expect(portsFor(line, 'b', 'output', 'out').size).toBe(0)
    expect([...portsFor(line, 'b', 'output', 'out', 'a>b')]).toEqual([portKey('a', 'input', 'in')])
  })

  test('are none for a port that is not there', () => {
    expect(portsFor(graph([through('a')]), 'a', 'output', 'gone').size).toBe(0)
  })
})

describe('a line let go on a card', () => {
  const two = node('b', port('in', 'input', 'any'), port('more', 'input', 'any'))
  const fits = new Set(['in', 'more'].map((id) => portKey('b', 'input', id)))

  test('ends at the first port that is free', () => {
    expect(freePort(graph([through('a'), two]), 'b', 'input', fits)).toBe('in')
    expect(freePort(graph([through('a'), two], 'a>b'), 'b', 'input', fits)).toBe('more')
    expect(freePort(graph([through('a'), two]), 'b', 'input', new Set())).toBeUndefined()
  })

  test('takes the place of another line only where there is one port', () => {
    const only = new Set([portKey('b', 'input', 'in')])
    expect(freePort(graph([through('a'), through('b')], 'a>b'), 'b', 'input', only)).toBe('in')
    const full = graph([through('a'), two], 'a>b')
    full.edges.other = { ...full.edges['a>b']!, id: 'other', targetPortId: 'more' }
    expect(freePort(full, 'b', 'input', fits)).toBeUndefined()
  })
})

const type = (name: string, inputs: PortRule, outputs: PortRule, more: Partial<NodeType> = {}): NodeType => ({
  type: name,
  label: name,
  category: 'C',
  icon: 'box',
  description: '',
  inputs,
  outputs,
  config: {},
  unique: false,
  mappable: false,
  ...more,
})
const NONE: PortRule = { rule: 'fixed', ports: {} }
const catalog = (...nodeTypes: NodeType[]): Catalog => ({
  nodeTypes,
  models: { llm: ['m'], imageGeneration: [] },
  tools: {},
})

describe('nodes that a line into the void may lead to', () => {
  test('grow a field or a variable of the name and type of the port', () => {
    const output = type('output', { rule: 'fields', key: 'fields' }, NONE)
    const llm = type('llm', { rule: 'variables', keys: ['prompt'], types: 'variableDefaults' }, NONE)
    const [first, second] = candidatesFor(graph([]), catalog(output, llm), port('the answer', 'output', 'number'))
    expect(first).toMatchObject({
      portId: 'the_answer',
      data: { fields: [{ name: 'the_answer', dataType: 'number' }] },
    })
    expect(second).toMatchObject({
      portId: 'the_answer',
      data: { prompt: '{the_answer}', variableDefaults: [{ name: 'the_answer', dataType: 'number' }] },
    })
  })

  test('must have a port of the other side that fits', () => {
    const text = type('text', { rule: 'fixed', ports: { in: 'string' } }, NONE)
    const source = type('source', NONE, { rule: 'fixed', ports: { out: 'string' } })
    const found = (side: Port['side'], dataType: string) =>
      candidatesFor(graph([]), catalog(text, source), port('p', side, dataType)).map((each) => each.type.type)
    expect(found('output', 'string')).toEqual(['text'])
    expect(found('output', 'number')).toEqual([])
    expect(found('input', 'any')).toEqual(['source'])
  })

  test('are not those of which there may be no more', () => {
    const only = type('t', { rule: 'fixed', ports: { in: 'any' } }, NONE, { unique: true })
    expect(candidatesFor(graph([through('a')]), catalog(only), port('p', 'output', 'any'))).toEqual([])
  })
})

test('wired ports are told once for the same edges', () => {
  const { edges } = graph([], 'a>b')
  expect([...wiredPorts(edges)]).toEqual([portKey('a', 'output', 'out'), portKey('b', 'input', 'in')])
  expect(wiredPorts(edges)).toBe(wiredPorts(edges))
})

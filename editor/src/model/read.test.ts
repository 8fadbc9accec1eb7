import { expect, test } from 'vitest'

import { GraphFormatError, readGraph, readSnapshot } from './read'
import { serialize, snapshotOf } from './write'

const NODE = {
  id: 'in',
  type: 'input',
  label: 'Input',
  position: { x: 40, y: 80 },
  size: { width: 220, height: 120 },
  data: { fields: [{ name: 'v', dataType: 'any' }] },
  dataPreview: 'kept',
  ports: [{ id: 'v', side: 'output', color: 'red', extra: 1 }],
  zIndex: 0,
}
const END = { ...NODE, id: 'end', type: 'output', ports: [{ id: 'r', side: 'input' }], position: { x: 300, y: 80 } }
const EDGE = { id: 'w', sourceNodeId: 'in', sourcePortId: 'v', targetNodeId: 'end', targetPortId: 'r', note: 'kept' }
const GRAPH = { nodes: { in: NODE, end: END }, edges: { w: EDGE }, metadata: { name: 'Tiny', more: true }, groups: [] }

test('a well-formed document comes back as it was, with all that we do not know', () => {
  expect(serialize(readGraph({ version: 1, graph: GRAPH }))).toBe(JSON.stringify({ version: 1, graph: GRAPH }))
})

test('a graph, a snapshot, their texts and a snapshot of a text are all read', () => {
  const graph = readGraph(GRAPH)
  const forms = [JSON.stringify(GRAPH), { graph: GRAPH }, JSON.stringify({ graph: GRAPH }), { graph: JSON.stringify({ graph: GRAPH }) }]
  for (const form of forms) expect(readGraph(form)).toEqual(graph)
})

test('the order of nodes and edges survives', () => {
  const nodes = { z: { ...NODE, id: 'z' }, a: { ...NODE, id: 'a' } }
  expect(Object.keys(readGraph({ nodes, edges: {} }).nodes)).toEqual(['z', 'a'])
})

test('what is missing is filled in', () => {
  const graph = readGraph({ nodes: { a: { name: null } }, edges: {} })
  expect(graph.nodes.a).toEqual({
    id: 'a',
    type: 'default',
    label: '',
    position: { x: 0, y: 0 },
    size: { width: 220, height: 120 },
    data: {},
    ports: [],
    zIndex: 0,
  })
})

test('edges that lead nowhere are left out', () => {
  const edges = {
    w: EDGE,
    wrongPort: { ...EDGE, id: 'wrongPort', sourcePortId: 'nope' },
    wrongNode: { ...EDGE, id: 'wrongNode', targetNodeId: 'constructor' },
    wrongSide: { ...EDGE, id: 'wrongSide', targetNodeId: 'in', targetPortId: 'v' },
  }
  expect(Object.keys(readGraph({ ...GRAPH, edges }).edges)).toEqual(['w'])
})

test('a graph that was never drawn is laid out, one that was is left alone', () => {
  const bare = { ...GRAPH, nodes: { in: { ...NODE, position: undefined }, end: { ...END, position: undefined } } }
  const { nodes } = readGraph(bare)
  expect(nodes.in?.position).not.toEqual(nodes.end?.position)
  expect(readGraph({ ...bare, nodes: { ...bare.nodes, in: NODE } }).nodes.end?.position).toEqual({ x: 0, y: 0 })
})

test.each([
  ['{', 'not a JSON document'],
  [[], 'expected an object with a "graph"'],
  [{ graph: 3 }, 'expected an object with a "graph"'],
  [{ nodes: [], edges: {} }, 'graph.nodes must be an object'],
  [{ nodes: {} }, 'graph.edges must be an object'],
  [{ nodes: { a: 1 }, edges: {} }, 'graph.nodes.a must be an object'],
  [{ nodes: { a: { id: 'b' } }, edges: {} }, 'graph.nodes.a.id must be "a"'],
  [{ nodes: { a: { ports: [{ id: 'p', side: 'top' }] } }, edges: {} }, 'graph.nodes.a.ports[0].side'],
  [{ nodes: { a: { data: [] } }, edges: {} }, 'graph.nodes.a.data must be an object'],
  [{ nodes: {}, edges: { e: {} } }, 'graph.edges.e.sourceNodeId must be a text'],
  [{ nodes: {}, edges: {}, metadata: 'x' }, 'graph.metadata must be an object'],
])('%j is refused: %s', (source, message) => {
  expect(() => readGraph(source)).toThrow(GraphFormatError)
  expect(() => readGraph(source)).toThrow(message)
})

test('a viewport is read where it makes sense', () => {
  const viewport = { x: 1, y: 2, zoom: 0.5 }
  expect(readSnapshot({ version: 1, graph: GRAPH, viewport })).toEqual(snapshotOf(readGraph(GRAPH), viewport))
  expect(readSnapshot({ graph: GRAPH, viewport: { x: 1, y: 2, zoom: 0 } }).viewport).toBeUndefined()
  expect(readSnapshot(GRAPH).viewport).toBeUndefined()
})

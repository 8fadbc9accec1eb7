import { expect, test } from 'vitest'

import { addNode, changeConfig, changeMetadata, moveNodes, removeEdges, removeNodes, renameNode } from './edits'
import { connected, EMPTY, GATE, graphOf, INPUT, LLM, wish } from './scenes'

function chain() {
  const { graph, ids } = graphOf([INPUT], [LLM, { prompt: 'On {topic}' }], [GATE])
  const [input = '', llm = '', gate = ''] = ids
  const first = connected(graph, [input, 'topic'], [llm, 'topic'])
  return { graph: connected(first, [llm, 'response'], [gate, 'input']), input, llm, gate }
}

const targets = (graph: { edges: Record<string, { targetPortId: string }> }) =>
  Object.values(graph.edges).map((edge) => edge.targetPortId)

test('a new node has the defaults of its type, and ports by them', () => {
  const added = addNode(EMPTY, INPUT, { x: 1.4, y: 2.6 })
  const node = added?.graph.nodes[added.id]
  expect(added?.id).toMatch(/^node_\w{8}$/)
  expect(node).toMatchObject({ type: 'input', label: 'Input', icon: 'arrow', position: { x: 1, y: 3 } })
  expect(node?.ports.map((port) => port.id)).toEqual(['topic'])
  expect(node?.data.fields).toEqual(INPUT.config.fields?.default)
  expect(node?.data.fields).not.toBe(INPUT.config.fields?.default)
})

test('given settings go before the defaults', () => {
  const added = addNode(EMPTY, INPUT, { x: 0, y: 0 }, { fields: [] })
  expect(added?.graph.nodes[added.id]?.ports).toEqual([])
})

test('of a unique type there is one node', () => {
  const { graph } = graphOf([INPUT])
  expect(addNode(graph, INPUT, { x: 0, y: 0 })).toBeNull()
})

test('a node goes with its edges', () => {
  const { graph, llm, input, gate } = chain()
  const next = removeNodes(graph, [llm, 'unknown'])
  expect(Object.keys(next.nodes)).toEqual([input, gate])
  expect(next.edges).toEqual({})
  expect(removeNodes(graph, ['unknown'])).toBe(graph)
  expect(removeEdges(graph, ['unknown'])).toBe(graph)
})

test('moving keeps what did not move', () => {
  const { graph, llm, gate } = chain()
  const next = moveNodes(graph, { [llm]: { x: 5, y: 6 }, unknown: { x: 0, y: 0 } })
  expect(next.nodes[llm]?.position).toEqual({ x: 5, y: 6 })
  expect(next.nodes[gate]).toBe(graph.nodes[gate])
  expect(moveNodes(next, { [llm]: { x: 5.2, y: 6 } })).toBe(next)
})

test('ports follow the config; edges of those that went go, the others stay', () => {
  const { graph, llm } = chain()
  const more = changeConfig(graph, llm, { prompt: 'On {topic} in {language}' }, LLM)
  expect(more.nodes[llm]?.ports.map((port) => port.id)).toEqual(['topic', 'language', 'response'])
  expect(more.edges).toEqual(graph.edges)
  const none = changeConfig(more, llm, { prompt: 'Anything' }, LLM)
  expect(targets(none)).toEqual(['input'])
})

test('a port that is only called otherwise keeps its edge', () => {
  const { graph, llm, gate } = chain()
  expect(targets(changeConfig(graph, llm, { prompt: 'On {subject}' }, LLM))).toEqual(['subject', 'input'])
  const renamed = changeConfig(graph, llm, { outputSchema: [{ name: 'text', dataType: 'string' }] }, LLM)
  expect(Object.values(renamed.edges)).toContainEqual(expect.objectContaining(wish([llm, 'text'], [gate, 'input'])))
})

test('of two ports that change at once nothing is guessed', () => {
  const { graph, llm } = chain()
  expect(targets(changeConfig(graph, llm, { prompt: '{a} {b}' }, LLM))).toEqual(['input'])
})

test('what a host says of a port stays with it', () => {
  const { graph, llm } = chain()
  const node = graph.nodes[llm]
  if (!node) throw new Error('no node')
  const ports = node.ports.map((port) => ({ ...port, color: 'teal' }))
  const coloured = { ...graph, nodes: { ...graph.nodes, [llm]: { ...node, ports } } }
  const next = changeConfig(coloured, llm, { prompt: 'On {topic}!{more}' }, LLM)
  expect(next.nodes[llm]?.ports.map((port) => port.color)).toEqual(['teal', undefined, 'teal'])
})

test('a setting can be removed, and an equal one changes nothing', () => {
  const { graph, llm } = chain()
  const warm = changeConfig(graph, llm, { temperature: 1 }, LLM)
  const cold = changeConfig(warm, llm, { temperature: undefined }, LLM)
  expect(cold.nodes[llm]?.data).toEqual(graph.nodes[llm]?.data)
  expect(changeConfig(warm, llm, { temperature: 1 }, LLM)).toBe(warm)
  expect(changeConfig(warm, 'unknown', { temperature: 1 }, LLM)).toBe(warm)
})

test('the ports of an unknown type are left alone', () => {
  const { graph, llm } = chain()
  expect(changeConfig(graph, llm, { prompt: '' }).nodes[llm]?.ports).toBe(graph.nodes[llm]?.ports)
})

test('a node is named and unnamed', () => {
  const { graph, llm } = chain()
  const named = renameNode(graph, llm, '  Writer ')
  expect(named.nodes[llm]?.name).toBe('Writer')
  expect(renameNode(named, llm, 'Writer')).toBe(named)
  expect(renameNode(named, llm, '').nodes[llm]).toEqual(graph.nodes[llm])
})

test('metadata are merged', () => {
  const named = changeMetadata({ ...EMPTY, metadata: { owner: 'ann' } }, { name: 'Mine' })
  expect(named.metadata).toEqual({ owner: 'ann', name: 'Mine' })
  expect(changeMetadata(named, { name: 'Mine' })).toBe(named)
})

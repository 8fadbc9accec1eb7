import { expect, test } from 'vitest'

import { copyNodes, duplicateNodes, pasteNodes } from './clipboard'
import { renameNode } from './edits'
import { freeName } from './names'
import { connected, EMPTY, GATE, graphOf, INPUT, LLM, NODE_TYPES } from './scenes'

function scene() {
  const { graph, ids } = graphOf([INPUT], [LLM, { prompt: '{topic}' }], [GATE])
  const [input = '', llm = '', gate = ''] = ids
  const wired = connected(connected(graph, [input, 'topic'], [llm, 'topic']), [llm, 'response'], [gate, 'input'])
  return { graph: renameNode(wired, llm, 'Draft'), input, llm, gate }
}

test('a copy has ids of its own, and the edges between what was copied', () => {
  const { graph, llm, gate } = scene()
  const copied = duplicateNodes(graph, [llm, gate], NODE_TYPES)
  expect(copied?.nodeIds).toHaveLength(2)
  expect(copied?.edgeIds).toHaveLength(1)
  expect(Object.keys(copied?.graph.nodes ?? {})).toHaveLength(5)
  const edge = copied?.graph.edges[copied.edgeIds[0] ?? '']
  expect([edge?.sourceNodeId, edge?.targetNodeId]).toEqual(copied?.nodeIds)
  expect(Object.keys(graph.nodes)).toHaveLength(3)
})

test('a copy lies beside the original, or where it is wanted', () => {
  const { graph, llm, gate } = scene()
  const beside = duplicateNodes(graph, [llm], NODE_TYPES)
  expect(beside?.graph.nodes[beside.nodeIds[0] ?? '']?.position).toEqual({ x: 340, y: 40 })
  const at = pasteNodes(graph, copyNodes(graph, [gate, llm]), NODE_TYPES, { x: 10, y: 20 })
  expect(at?.nodeIds.map((id) => at.graph.nodes[id]?.position.x)).toEqual([10, 310])
})

test('names stay apart', () => {
  const { graph, llm } = scene()
  const once = duplicateNodes(graph, [llm], NODE_TYPES)
  const twice = once && duplicateNodes(once.graph, once.nodeIds, NODE_TYPES)
  expect(once?.graph.nodes[once.nodeIds[0] ?? '']?.name).toBe('Draft 2')
  expect(twice?.graph.nodes[twice.nodeIds[0] ?? '']?.name).toBe('Draft 3')
  expect(freeName('Draft', new Set())).toBe('Draft')
})

test('a second node of a unique type is left out', () => {
  const { graph, input, llm } = scene()
  const copied = duplicateNodes(graph, [input, llm], NODE_TYPES)
  expect(copied?.nodeIds).toHaveLength(1)
  expect(copied?.edgeIds).toEqual([])
  expect(duplicateNodes(graph, [input], NODE_TYPES)).toBeNull()
})

test('a copy can be pasted into another graph, unique types too', () => {
  const { graph, input, llm } = scene()
  const pasted = pasteNodes(EMPTY, copyNodes(graph, [input, llm]), NODE_TYPES)
  expect(pasted?.nodeIds).toHaveLength(2)
  expect(pasted?.edgeIds).toHaveLength(1)
})

test('nothing is copied from nothing, and no other text is pasted', () => {
  const { graph } = scene()
  expect(copyNodes(graph, ['unknown'])).toBe('')
  expect(duplicateNodes(graph, [], NODE_TYPES)).toBeNull()
  expect(() => pasteNodes(graph, 'hello', NODE_TYPES)).toThrow('not a JSON document')
})

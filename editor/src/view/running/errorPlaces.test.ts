import { expect, test } from 'vitest'

import type { Graph, GraphNode } from '../../model/types'
import type { Execution } from '../../store/types'
import { placedErrors } from './errorPlaces'

const node = (id: string, name: string): GraphNode => ({
  id, name, type: 'llm', label: 'LLM', position: { x: 0, y: 0 }, size: { width: 1, height: 1 }, data: {}, ports: [], zIndex: 0,
})
const graph: Graph = { nodes: { a: node('a', 'Draft'), b: node('b', 'Check') }, edges: {} }
const failed: Execution = { state: 'error', past: false, nodes: {}, edges: {}, error: { message: 'The run failed.' } }

test('each failed node tells its own error', () => {
  const error = { message: 'No model.', code: 'WF_X', hint: 'Pick one.' }
  const nodes: Execution['nodes'] = {
    a: { status: 'error', error, toolCalls: [], attempt: 1 },
    b: { status: 'complete', error, toolCalls: [], attempt: 2 },
    gone: { status: 'error', error, toolCalls: [], attempt: 1 },
  }
  expect(placedErrors({ ...failed, nodes }, graph)).toEqual([{ error, node: { id: 'a', name: 'Draft' } }, { error }])
})

test('where no node failed the run tells its error', () => {
  expect(placedErrors(failed, graph)).toEqual([{ error: failed.error }])
  expect(placedErrors({ ...failed, error: undefined }, graph)).toEqual([])
})

test('a cycle leads to the first node on its way', () => {
  const error = { message: 'The graph has a cycle: b → a → b' }
  expect(placedErrors({ ...failed, error }, graph)[0]?.node).toEqual({ id: 'b', name: 'Check' })
})

import { expect, test } from 'vitest'

import { type History, NO_HISTORY, redo, remember, seal, undo } from './history'
import type { Graph } from './types'

const state = (name: string): Graph => ({ nodes: {}, edges: {}, metadata: { name } })
const A = state('a')
const B = state('b')
const C = state('c')

test('what was done can be undone and done again, with its name', () => {
  const history = remember(remember(NO_HISTORY, A, { label: 'Add' }, 0), B, { label: 'Move' }, 1)
  const once = undo(history, C)
  expect([once?.graph, once?.label]).toEqual([B, 'Move'])
  const twice = once && undo(once.history, once.graph)
  expect(twice?.graph).toBe(A)
  expect(twice && undo(twice.history, A)).toBeNull()
  const again = twice && redo(twice.history, A)
  expect([again?.graph, again?.label]).toEqual([B, 'Add'])
  expect(again && redo(again.history, B)?.graph).toBe(C)
})

test('a new change forgets what was undone', () => {
  const undone = undo(remember(NO_HISTORY, A, { label: 'Add' }, 0), B)
  const history = remember(undone?.history ?? NO_HISTORY, A, { label: 'Other' }, 1)
  expect(redo(history, C)).toBeNull()
})

test('changes with one key in quick succession are one step', () => {
  let history: History = NO_HISTORY
  for (let i = 0; i < 50; i += 1) history = remember(history, state(`${i}`), { label: 'Type', key: 'prompt' }, i * 900)
  expect(history.past).toHaveLength(1)
  expect(undo(history, C)?.graph).toEqual(state('0'))
})

test('another key, a pause or the end of a drag begins a new step', () => {
  const change = { label: 'Type', key: 'prompt' }
  const typed = remember(NO_HISTORY, A, change, 0)
  expect(remember(typed, B, { label: 'Type', key: 'name' }, 1).past).toHaveLength(2)
  expect(remember(typed, B, { label: 'Add' }, 1).past).toHaveLength(2)
  expect(remember(typed, B, change, 5000).past).toHaveLength(2)
  expect(remember(seal(typed), B, change, 1).past).toHaveLength(2)
})

test('after undo the same key is a new step', () => {
  const change = { label: 'Type', key: 'prompt' }
  const twice = remember(remember(NO_HISTORY, A, { label: 'Add' }, 0), B, change, 1)
  const undone = undo(twice, C)
  expect(undone && remember(undone.history, B, change, 2).past).toHaveLength(2)
})

test('the oldest steps are forgotten', () => {
  let history: History = NO_HISTORY
  for (let i = 0; i < 1000; i += 1) history = remember(history, state(`${i}`), { label: 'Add' }, i)
  expect(history.past.length).toBeLessThanOrEqual(200)
  expect(history.past.at(-1)?.graph).toEqual(state('999'))
})

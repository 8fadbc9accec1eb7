import { expect, test } from 'vitest'

import type { Execution, NodeRunData } from '../../store/types'
import { agoText, durationText, runTimes, tickingText } from './runTimes'

const node = (more: Partial<NodeRunData>): NodeRunData => ({ status: 'complete', toolCalls: [], attempt: 1, ...more })
const execution = (nodes: Execution['nodes']): Execution => ({ state: 'running', past: false, nodes, edges: {} })

test.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [3249, '3.2 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [65_000, '1 min 5 s'],
  [3_599_900, '1 h'],
  [7_380_000, '2 h 3 min'],
  [86_400_000, '1 d'],
  [90_000_000, '1 d 1 h'],
])('%d ms read as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test('what goes on is told in whole seconds', () => {
  expect(tickingText(3999)).toBe('3 s')
  expect(tickingText(-1)).toBe('0 s')
  expect(tickingText(61_000)).toBe('1 min 1 s')
})

test('times of late are told by their distance, others by their date', () => {
  const now = Date.UTC(2026, 5, 15, 12)
  expect(agoText(now + 5000, now)).toBe('just now')
  expect(agoText(now - 5 * 60_000, now)).toBe('5 min ago')
  expect(agoText(now - 3 * 3_600_000, now)).toBe('3 h ago')
  expect(agoText(now - 2 * 86_400_000, now)).toBe('2 d ago')
  expect(agoText(now - 300 * 86_400_000, now)).toContain('2025')
})

test('a run lasts from its first node to its last', () => {
  expect(runTimes(execution({}))).toBeNull()
  expect(runTimes(execution({ a: node({}) }))).toBeNull()
  expect(runTimes(execution({ a: node({ startedAt: 10, finishedAt: 20 }), b: node({ status: 'cancelled' }) }))).toBeNull()
  const times = runTimes(
    execution({ a: node({ startedAt: 10, finishedAt: 20 }), b: node({ startedAt: 15 }), c: node({ startedAt: 12, finishedAt: 90 }) }),
  )
  expect(times).toEqual({ from: 10, to: 90 })
})

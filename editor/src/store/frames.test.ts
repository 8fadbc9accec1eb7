import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { createFrames } from './frames'

let frame: (() => void) | undefined

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('requestAnimationFrame', (call: () => void) => {
    frame = call
    return 1
  })
  vi.stubGlobal('cancelAnimationFrame', () => {
    frame = undefined
  })
})

afterEach(() => {
  vi.useRealTimers()
})

it('hands over once a frame all that came within it', () => {
  const handed: number[][] = []
  const frames = createFrames<number>((items) => handed.push(items))
  frames.push(1)
  frames.push(2)
  expect(handed).toEqual([])
  frame?.()
  expect(handed).toEqual([[1, 2]])
  vi.runAllTimers()
  expect(handed).toHaveLength(1)
})

it('hands over in a tab that draws no frames', () => {
  const handed: number[][] = []
  createFrames<number>((items) => handed.push(items)).push(1)
  vi.advanceTimersByTime(100)
  expect(handed).toEqual([[1]])
  expect(frame).toBeUndefined()
})

it('forgets what was cleared', () => {
  const handed: number[][] = []
  const frames = createFrames<number>((items) => handed.push(items))
  frames.push(1)
  frames.clear()
  vi.runAllTimers()
  frames.flush()
  expect(handed).toEqual([])
})

import { expect, test } from 'vitest'

import type { Json } from '../../model/types'
import { hasShortened, shortened } from './shortened'

test('a marker tells the size and the beginning of what it stands for', () => {
  expect(shortened({ __truncated: true, size: 40_000, preview: 'Once' })).toEqual({ size: 40_000, preview: 'Once' })
  expect(shortened({ __truncated: true })).toEqual({ size: 0, preview: '' })
})

test('other values are no markers', () => {
  const others: (Json | undefined)[] = [undefined, null, 'x', 1, [], {}, { __truncated: false }, { __truncated: 'true' }]
  for (const value of others) {
    expect(shortened(value)).toBeNull()
  }
})

test('a marker is found wherever it stands', () => {
  expect(hasShortened({ a: [1, { b: { __truncated: true, size: 1, preview: '' } }] })).toBe(true)
  expect(hasShortened({ a: [1, { b: 'text' }] })).toBe(false)
})

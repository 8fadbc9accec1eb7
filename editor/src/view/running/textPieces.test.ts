import { expect, test } from 'vitest'

import { textPieces } from './textPieces'

test('pieces join to the text, and all but the last stay while it grows', () => {
  const text = Array.from({ length: 900 }, (_, index) => `Line ${index} of a text that comes bit by bit.\n`).join('')
  let before: string[] = []
  for (let length = 0; length <= text.length; length += 997) {
    const pieces = textPieces(text.slice(0, length))
    expect(pieces.join('')).toBe(text.slice(0, length))
    expect(pieces.slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1))
    before = pieces
  }
  expect(before.length).toBeGreaterThan(5)
})

test('a long line is broken at a space, and one without spaces not at all', () => {
  expect(textPieces('')).toEqual([''])
  expect(textPieces('word '.repeat(10_000)).length).toBeGreaterThan(5)
  expect(textPieces('a'.repeat(50_000))).toHaveLength(1)
})

test('pieces of long lines stay while the text grows', () => {
  const text = `${'word '.repeat(3000)}\n${'a'.repeat(7000)}\n${'more words '.repeat(900)}`
  let before: string[] = []
  for (let length = 0; length <= text.length; length += 313) {
    const pieces = textPieces(text.slice(0, length))
    expect(pieces.join('')).toBe(text.slice(0, length))
    expect(pieces.slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1))
    before = pieces
  }
})

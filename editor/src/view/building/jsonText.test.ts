import { expect, test } from 'vitest'

import { readNumber } from './controls/NumberInput'
import { readJson, readObject, writeJson } from './jsonText'

test('empty text means that nothing is set', () => {
  expect(readJson('  ')).toEqual({ ok: true, value: undefined })
  expect(writeJson(undefined)).toBe('')
})

test('what is written is read again', () => {
  const value = { a: [1, null, 'x'] }
  expect(readJson(writeJson(value))).toEqual({ ok: true, value })
})

test('what is not JSON is told, not thrown', () => {
  expect(readJson('{"a": ')).toMatchObject({ ok: false })
  expect(readJson('{"a": 1,\n x}')).toMatchObject({ ok: false, problem: expect.stringContaining('line 2') })
})

test('only objects are settings', () => {
  expect(readObject('{}')).toEqual({ ok: true, value: {} })
  for (const text of ['[]', '3', 'null', '']) expect(readObject(text).ok).toBe(false)
})

test('a number is read within its bounds, with a comma or a point', () => {
  expect(readNumber('0,5', {})).toEqual({ ok: true, value: 0.5 })
  expect(readNumber('', { minimum: 1 })).toEqual({ ok: true, value: undefined })
  for (const [text, bounds] of [
    ['x', {}],
    ['1.5', { whole: true }],
    ['0', { minimum: 1 }],
    ['0', { minimum: 0, above: true }],
    ['9', { maximum: 8 }],
    ['1e999', {}],
  ] as const) {
    expect(readNumber(text, bounds).ok).toBe(false)
  }
})

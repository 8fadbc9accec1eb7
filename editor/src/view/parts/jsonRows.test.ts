import { expect, test } from 'vitest'

import type { Json } from '../../model/types'
import { jsonRows, MOST_ROWS, PAGE, ROOT, summary, type Opened } from './jsonRows'

const opened = (...paths: string[]): Opened => ({ paths: new Set(paths), shown: new Map() })

test('a closed value is one row', () => {
  expect(jsonRows({ a: 1 }, opened())).toMatchObject([{ path: ROOT, kind: 'branch', isOpen: false, size: 1 }])
  expect(jsonRows('x', opened(ROOT))).toMatchObject([{ kind: 'leaf', value: 'x' }])
  expect(jsonRows([], opened(ROOT))).toMatchObject([{ kind: 'leaf' }])
})

test('an open one shows its elements in order, and where they stand', () => {
  const rows = jsonRows({ a: [true], b: null }, opened(ROOT, '$/a'))
  expect(rows.map((row) => [row.path, row.depth, row.label, row.position, row.siblings])).toEqual([
    ['$', 0, null, 1, 1],
    ['$/a', 1, 'a', 1, 2],
    ['$/a/0', 2, '0', 1, 1],
    ['$/b', 1, 'b', 2, 2],
  ])
})

test('keys that look like paths stay apart', () => {
  const rows = jsonRows({ 'a/b': { c: 1 }, a: { b: { c: 2 } } }, opened(ROOT, '$/a~1b', '$/a', '$/a/b'))
  expect(new Set(rows.map((row) => row.path)).size).toBe(rows.length)
})

test('ten thousand elements come in pages', () => {
  const list: Json = Array.from({ length: 10_000 }, (_, index) => index)
  const rows = jsonRows(list, opened(ROOT))
  expect(rows).toHaveLength(PAGE + 2)
  expect(rows.at(-1)).toMatchObject({ kind: 'more', size: 10_000 - PAGE, parent: ROOT })
  const more = jsonRows(list, { paths: new Set([ROOT]), shown: new Map([[ROOT, 300]]) })
  expect(more).toHaveLength(302)
})

test('whatever is open, there is a bound', () => {
  const list: Json = Array.from({ length: 200 }, () => Array.from({ length: 100 }, () => 1))
  const paths = new Set([ROOT, ...Array.from({ length: 200 }, (_, index) => `$/${index}`)])
  const rows = jsonRows(list, { paths, shown: new Map([[ROOT, 200]]) })
  expect(rows.length).toBeLessThanOrEqual(MOST_ROWS + 2)
  expect(rows.at(-1)?.kind).toBe('more')
})

test('a value reads on one line', () => {
  expect(summary([1])).toBe('1 element')
  expect(summary({ a: 1, b: 2 })).toBe('{ a, b }')
  expect(summary({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 })).toBe('{ a, b, c, d, e, … }')
  expect(summary('a"b')).toBe('"a\\"b"')
})

import { expect, test } from 'vitest'

import type { Field } from '../../model/types'
import { changedRow, freeName, movedRow, nameProblem } from './fields'

const row = (name: string): Field => ({ name, dataType: 'string' })
const rows = [row('a'), row('b'), row('c')]

test('a row moves to another place, and nowhere beyond the list', () => {
  expect(movedRow(rows, 0, 2).map(({ name }) => name)).toEqual(['b', 'c', 'a'])
  expect(movedRow(rows, 0, -1)).toEqual(rows)
  expect(movedRow(rows, 2, 3)).toEqual(rows)
})

test('a name is free, or gets the first number that makes it so', () => {
  expect(freeName(rows, 'd')).toBe('d')
  expect(freeName([...rows, row('a2')], 'a')).toBe('a3')
})

test('a row can be called anything but nothing and what another is called', () => {
  expect(nameProblem(rows, 0, 'a')).toBeNull()
  expect(nameProblem(rows, 0, 'b')).toContain('already')
  expect(nameProblem(rows, 0, ' ')).toContain('needs a name')
})

test('a key that is given as undefined is taken away, others stay', () => {
  const odd = { ...row('a'), default: 'x', more: 1 } as Field
  expect(changedRow(odd, { default: undefined, required: false })).toEqual({
    name: 'a',
    dataType: 'string',
    more: 1,
    required: false,
  })
})

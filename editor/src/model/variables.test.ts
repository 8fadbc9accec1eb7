import { expect, test } from 'vitest'

import { promptPieces, variablesIn } from './variables'

test('variables are found once, in the order in which they first occur', () => {
  expect(variablesIn(['{b} {a}', null, 3, '{a} {c_1}'])).toEqual(['b', 'a', 'c_1'])
})

test('words of other alphabets are no variables, as on the server', () => {
  expect(variablesIn(['{größe} {} { a }'])).toEqual([])
})

test('the pieces of a prompt are the prompt, and say which are variables', () => {
  const prompt = 'Write on {topic} for {the reader}, as {"json": 1}.'
  const pieces = promptPieces(prompt)
  expect(pieces.map((piece) => piece.text).join('')).toBe(prompt)
  expect(pieces.filter((piece) => piece.kind !== 'text')).toEqual([
    { text: '{topic}', kind: 'variable' },
    { text: '{the reader}', kind: 'misnamed' },
  ])
})

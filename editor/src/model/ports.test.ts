import { expect, test } from 'vitest'

import { derivePorts } from './ports'
import { GATE, INPUT, LLM, MERGE } from './scenes'

test('a row of fields becomes a port that is called like it', () => {
  const fields = [{ name: 'a', dataType: 'number' }, { name: 'b' }, { dataType: 'string' }, 'c', null]
  expect(derivePorts(INPUT, { fields } as never)).toEqual([
    { id: 'a', side: 'output', dataType: 'number', label: 'a' },
    { id: 'b', side: 'output', dataType: 'any', label: 'b' },
  ])
})

test('fields that are no list give no port', () => {
  expect(derivePorts(INPUT, { fields: 'a' })).toEqual([])
  expect(derivePorts(INPUT, {})).toEqual([])
})

test('variables become inputs in the order of the keys, typed by their defaults', () => {
  const config = {
    prompt: '{b} {a} {b} {two words}',
    systemPrompt: '{z} {a}',
    variableDefaults: [
      { name: 'a', dataType: 'image' },
      { name: 'unused', dataType: 'json' },
    ],
  }
  expect(derivePorts(LLM, config).map(({ id, dataType }) => [id, dataType])).toEqual([
    ['z', 'string'],
    ['a', 'image'],
    ['b', 'string'],
  ])
})

test('fixed ports are labelled by their ids, inputs first', () => {
  expect(derivePorts(GATE, {}).map(({ side, label }) => [side, label])).toEqual([
    ['input', 'Input'],
    ['output', 'Approved'],
    ['output', 'Rejected'],
  ])
})

test('the type of a port can follow from a setting', () => {
  const typeFor = (mode: string) => derivePorts(MERGE, { mode }).at(-1)?.dataType
  expect(typeFor('combine')).toBe('json')
  expect(typeFor('other')).toBe('any')
  expect(typeFor('constructor')).toBe('any')
})

test('of two fields with one name the first makes the port', () => {
  const fields = [
    { name: 'a', dataType: 'number' },
    { name: 'a', dataType: 'string' },
  ]
  expect(derivePorts(INPUT, { fields }).map((port) => port.dataType)).toEqual(['number'])
})

import { expect, test } from 'vitest'

import type { ConfigField, NodeType } from '../../model/types'
import { summaryOf } from './summary'

const type = (config: Record<string, ConfigField>): NodeType => ({
  type: 't',
  label: 'T',
  category: 'C',
  icon: 'box',
  description: '',
  inputs: { rule: 'fixed', ports: {} },
  outputs: { rule: 'fixed', ports: {} },
  config,
  unique: false,
  mappable: false,
})

test('a summary tells the model, the temperature and the number of tools', () => {
  const llm = type({
    model: { kind: 'model', label: 'Model' },
    temperature: { kind: 'slider', label: 'Temperature' },
    tools: { kind: 'tools', label: 'Tools' },
    prompt: { kind: 'template', label: 'Prompt' },
  })
  expect(summaryOf(llm, { model: 'm', temperature: 0.7, tools: ['a', 'b'], prompt: 'x' })).toBe(
    'm · temp 0.7 · 2 tools',
  )
  expect(summaryOf(llm, { model: 'm', runPerItem: true })).toBe('m · once per item')
})

test('a choice is told by its label, and by its default when it is unset', () => {
  const merge = type({ mode: { kind: 'select', label: 'Mode', default: 'zip', options: { zip: 'Rows' } } })
  expect(summaryOf(merge, {})).toBe('Rows')
  expect(summaryOf(merge, { mode: 'odd' })).toBe('odd')
})

test('a list operation is told with its options', () => {
  const list = type({ operation: { kind: 'listOperation', label: 'Operation', default: { op: 'count' } } })
  expect(summaryOf(list, {})).toBe('count')
  expect(summaryOf(list, { operation: { op: 'filter', field: 'n', operator: '>', value: '5' } })).toBe('filter n > 5')
  expect(summaryOf(list, { operation: { op: 'slice', start: 1 } })).toBe('slice 1 – end')
})

test('settings of the wrong form are passed over', () => {
  const odd = type({
    size: { kind: 'imageSize', label: 'Size' },
    model: { kind: 'model', label: 'Model' },
    note: { kind: 'longText', label: 'Note' },
  })
  expect(summaryOf(odd, { size: 3, model: [1], note: null })).toBe('')
  expect(summaryOf(undefined, { model: 'm' })).toBe('')
})

test('a summary stays short', () => {
  const note = type({ note: { kind: 'longText', label: 'Note' } })
  expect(summaryOf(note, { note: 'x'.repeat(500) })).toHaveLength(64)
  expect(summaryOf(note, { note: 'one\ntwo' })).toBe('one')
})

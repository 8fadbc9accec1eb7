import { describe, expect, test } from 'vitest'

import type { Field, Graph, Json } from '../../model/types'
import { controlOf, initialDrafts, inputFields, mustAsk, readForm, withRemembered } from './inputForm'

function graphWith(...fieldLists: Json[]): Graph {
  const nodes = fieldLists.map((fields, index) => ({
    id: String(index),
    type: 'input',
    label: 'Input',
    position: { x: 0, y: 0 },
    size: { width: 1, height: 1 },
    data: { fields },
    ports: [],
    zIndex: 0,
  }))
  return { nodes: Object.fromEntries(nodes.map((node) => [node.id, node])), edges: {} }
}

const field = (dataType: string, more: Partial<Field> = {}): Field => ({ name: 'f', dataType, ...more })
const read = (one: Field, draft: string | boolean | string[]) => readForm([one], { f: draft })

test('the fields of all input nodes are asked for, each name once', () => {
  const graph = graphWith([{ name: 'f', dataType: 'string' }, { name: 'f', dataType: 'number' }], [{ name: 'g', dataType: 'json' }, {}, 'x', null])
  expect(inputFields(graph)).toEqual([field('number'), { name: 'g', dataType: 'json' }])
  expect(inputFields(graphWith('not a list'))).toEqual([])
})

test.each([
  [field('string'), 'text'],
  [field('number'), 'number'],
  [field('boolean'), 'boolean'],
  [field('image'), 'image'],
  [field('json'), 'json'],
  [field('array'), 'json'],
  [field('any'), 'json'],
  [field('custom'), 'json'],
  [field('string', { multiple: true }), 'list'],
  [field('number', { multiple: true, default: [1] }), 'list'],
  [field('string', { multiple: true, default: 'odd' }), 'json'],
  [field('boolean', { multiple: true }), 'json'],
])('%j is asked for with the right control: %s', (one, control) => {
  expect(controlOf(one)).toBe(control)
})

test('somebody must be asked only for what is required and has no default', () => {
  expect(mustAsk([])).toBe(false)
  expect(mustAsk([field('string')])).toBe(true)
  expect(mustAsk([field('string', { required: false }), field('number', { default: 0 })])).toBe(false)
  expect(mustAsk([field('string', { default: '' })])).toBe(true)
})

test('defaults stand in the controls', () => {
  const fields: Field[] = [
    { name: 's', dataType: 'string', default: 'hi' },
    { name: 'n', dataType: 'number', default: 3 },
    { name: 'b', dataType: 'boolean', default: true },
    { name: 'j', dataType: 'json', default: { a: 1 } },
    { name: 'l', dataType: 'string', multiple: true, default: ['x', 'y'] },
    { name: 'e', dataType: 'any' },
  ]
  expect(initialDrafts(fields)).toEqual({ s: 'hi', n: '3', b: true, j: '{\n  "a": 1\n}', l: ['x', 'y'], e: '' })
})

test('what was said last time stands there again, unless the field asks for another thing now', () => {
  const fields = [field('string'), { name: 'g', dataType: 'boolean' }]
  expect(withRemembered(fields, { f: 'again', g: 'text', gone: 'x', toString: 'x' })).toEqual({ f: 'again', g: false })
  expect(withRemembered(fields, undefined)).toEqual({ f: '', g: false })
})

describe('what is filled in', () => {
  test('becomes a value of its type', () => {
    expect(read(field('string'), ' a ').inputs).toEqual({ f: ' a ' })
    expect(read(field('number'), '1e3').inputs).toEqual({ f: 1000 })
    expect(read(field('boolean'), false).inputs).toEqual({ f: false })
    expect(read(field('any'), '"x"').inputs).toEqual({ f: 'x' })
    expect(read(field('json'), '{"a": [null]}').inputs).toEqual({ f: { a: [null] } })
    expect(read(field('number', { multiple: true }), ['1', ' ', '2']).inputs).toEqual({ f: [1, 2] })
    expect(read(field('image'), ' https://a.example/b.png ').inputs).toEqual({ f: 'https://a.example/b.png' })
    expect(read(field('image'), 'data:image/png;base64,AA==').inputs).toEqual({ f: 'data:image/png;base64,AA==' })
  })

  test('and left empty is left out, or asked for', () => {
    expect(read(field('string', { required: false }), '')).toEqual({ inputs: {}, errors: {} })
    expect(read(field('string', { default: 'd' }), '')).toEqual({ inputs: {}, errors: {} })
    for (const [one, draft] of [[field('string'), ''], [field('number'), ' '], [field('json'), ''], [field('string', { multiple: true }), ['']]] as const) {
      expect(read(one, draft as string)).toEqual({ inputs: {}, errors: { f: 'Fill this in.' } })
    }
  })

  test('and does not fit is told beside its field', () => {
    expect(read(field('number'), 'many').errors['f']).toBe('This must be a number.')
    expect(read(field('number'), 'Infinity').errors['f']).toBe('This must be a number.')
    expect(read(field('number', { multiple: true }), ['1', 'x']).errors['f']).toBe('Row 2: This must be a number.')
    expect(read(field('json'), '{a}').errors['f']).toContain('JSON')
    expect(read(field('array'), '{}').errors['f']).toContain('must be a list')
    expect(read(field('json', { multiple: true }), '1').errors['f']).toContain('must be a list')
    expect(read(field('image'), 'javascript:alert(1)').errors['f']).toContain('https://')
  })
})

import { expect, test } from 'vitest'

import type { Graph, GraphNode } from '../../model/types'
import { cardsOf, linesOf, readingOrder } from './flow'
import { ordered, severities } from './issueOrder'
import { starterData } from './starter'
import { hueOf, typeColour } from './typeColour'
import { afterSelects } from './useCards'
import { freePlace } from './useAddNode'

const node = (id: string, x: number, y: number): GraphNode => ({
  id,
  type: 't',
  label: 'T',
  position: { x, y },
  size: { width: 220, height: 120 },
  data: {},
  ports: [],
  zIndex: 0,
})
const graph = (...nodes: GraphNode[]): Graph => ({
  nodes: Object.fromEntries(nodes.map((each) => [each.id, each])),
  edges: {},
})

test('a card whose node and selection are the same stays the same object', () => {
  const both = graph(node('a', 0, 0), node('b', 300, 0))
  const before = cardsOf(both, new Set(['a']), [])
  const after = cardsOf({ ...both, nodes: { ...both.nodes, b: node('b', 400, 0) } }, new Set(['a']), before)
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[1])
  expect(cardsOf(both, new Set(), before)[0]).toMatchObject({ selected: false })
})

test('a card that is being dragged stays where it is dragged to', () => {
  const [card] = cardsOf(graph(node('a', 0, 0)), new Set(), [])
  const dragged = { ...card!, position: { x: 50, y: 50 }, dragging: true }
  expect(cardsOf(graph(node('a', 0, 0)), new Set(), [dragged])[0]?.position).toEqual({ x: 50, y: 50 })
})

test('nodes are walked by columns, each from top to bottom', () => {
  expect(readingOrder(graph(node('c', 300, 0), node('b', 10, 200), node('a', 0, 0))).map(({ id }) => id)).toEqual([
    'a',
    'b',
    'c',
  ])
})

test('lines keep their identity, too', () => {
  const edges = { e: { id: 'e', sourceNodeId: 'a', sourcePortId: 'o', targetNodeId: 'b', targetPortId: 'i' } }
  const before = linesOf({ nodes: {}, edges }, new Set(), [])
  expect(linesOf({ nodes: {}, edges }, new Set(), before)[0]).toBe(before[0])
  expect(linesOf({ nodes: {}, edges }, new Set(['e']), before)[0]?.selected).toBe(true)
})

test('only changes that are about the selection make another one', () => {
  expect(afterSelects(new Set(['a']), [{ type: 'position', id: 'b' }])).toBeNull()
  expect([
    ...afterSelects(new Set(['a']), [
      { type: 'select', id: 'a', selected: false },
      { type: 'select', id: 'b', selected: true },
    ])!,
  ]).toEqual(['b'])
})

test('errors come before warnings, and a node shows its worst', () => {
  const issues = [
    { code: 'w', message: '', severity: 'warning' as const, nodeIds: ['a', 'b'] },
    { code: 'e', message: '', severity: 'error' as const, nodeIds: ['b'] },
  ]
  expect(ordered(issues).map(({ code }) => code)).toEqual(['e', 'w'])
  expect([...severities(issues)]).toEqual([
    ['a', 'warning'],
    ['b', 'error'],
  ])
})

test('a new node is put where none begins', () => {
  const place = freePlace(graph(node('a', 0, 0)), { x: 10, y: 10 })
  expect(place.x).toBe(10)
  expect(place.y).toBeGreaterThanOrEqual(120)
})

test('a new node asks the first model on offer, and an input has a first field', () => {
  const catalog = { nodeTypes: [], models: { llm: ['one', 'two'], imageGeneration: ['paint'] }, tools: {} }
  const base = { label: '', category: '', icon: '', description: '', unique: false, mappable: false }
  const none = { rule: 'fixed' as const, ports: {} }
  expect(
    starterData(
      { ...base, type: 'llm', inputs: none, outputs: none, config: { model: { kind: 'model', label: '' } } },
      catalog,
    ),
  ).toEqual({ model: 'one' })
  expect(
    starterData(
      {
        ...base,
        type: 'img',
        inputs: none,
        outputs: none,
        config: { model: { kind: 'model', label: '', family: 'image' } },
      },
      catalog,
    ),
  ).toEqual({ model: 'paint' })
  expect(
    starterData(
      { ...base, type: 'input', inputs: none, outputs: { rule: 'fields', key: 'fields' }, config: {} },
      catalog,
    ),
  ).toEqual({ fields: [{ name: 'input', dataType: 'string' }] })
})

test('a known type has its token, any other a hue of its own', () => {
  expect(typeColour('number')).toBe('var(--wf-type-number)')
  expect(typeColour(undefined)).toBe('var(--wf-type-any)')
  expect(typeColour('invoice')).toBe(typeColour('invoice'))
  expect(hueOf('invoice')).not.toBe(hueOf('customer'))
})

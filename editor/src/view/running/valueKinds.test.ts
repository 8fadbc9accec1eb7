import { expect, test } from 'vitest'

import type { Graph, Json } from '../../model/types'
import { kindOf, looksLikeMarkdown, resultFormats } from './valueKinds'

test.each([
  [null, 'nothing'],
  [undefined, 'nothing'],
  ['', 'nothing'],
  [0, 'plain'],
  [false, 'plain'],
  ['hello', 'text'],
  ['data:image/png;base64,AAAA', 'image'],
  ['data:text/html,x', 'text'],
  ['https://a.example/b.png?c=1', 'link'],
  ['See https://a.example/b.png', 'text'],
  [['a', 'b'], 'list'],
  [[], 'tree'],
  [['a', 1], 'tree'],
  [{ a: 1 }, 'tree'],
] as [Json | undefined, string][])('%j is shown as %s', (value, kind) => {
  expect(kindOf(value)).toBe(kind)
})

test.each(['# Title\ntext', 'a\n- one\n- two', '1. one\n\n2. two', '```\ncode', '| a |\n|---|', 'a **b** c', '[a](https://b.example)', 'use `x`', '> said'])(
  '%j looks like markdown',
  (text) => {
    expect(looksLikeMarkdown(text)).toBe(true)
  },
)

test.each(['Plain words.', '2 * 3 * 4', 'a - b', '- only one', 'C# is a language', '{"a": 1}', 'a < b > c', 'snake_case'])(
  '%j does not',
  (text) => {
    expect(looksLikeMarkdown(text)).toBe(false)
  },
)

test('the output node says how a field is to be shown', () => {
  const fields: Json = [{ name: 'a', dataType: 'string', format: 'markdown' }, { name: 'b', dataType: 'string' }, null, 'x']
  const data = { fields }
  const node = { id: 'o', type: 'output', label: '', position: { x: 0, y: 0 }, size: { width: 1, height: 1 }, data, ports: [], zIndex: 0 }
  const graph: Graph = { nodes: { o: node }, edges: {} }
  expect([...resultFormats(graph)]).toEqual([['a', 'markdown']])
})

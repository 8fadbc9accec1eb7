import { expect, test } from 'vitest'

import { connect, connectionProblem, reaches, typesFit } from './connect'
import { connected, GATE, graphOf, INPUT, LLM, wish } from './scenes'
import type { Graph } from './types'

test('any fits all, otherwise types are equal', () => {
  expect(typesFit('any', 'image')).toBe(true)
  expect(typesFit('image', 'any')).toBe(true)
  expect(typesFit('custom', 'custom')).toBe(true)
  expect(typesFit('string', 'number')).toBe(false)
})

test('an edge connects an output with an input', () => {
  const { graph, ids } = graphOf([INPUT], [LLM, { prompt: '{topic}' }])
  const [input = '', llm = ''] = ids
  const next = connect(graph, wish([input, 'topic'], [llm, 'topic']))
  expect(Object.values(next?.edges ?? {})).toMatchObject([wish([input, 'topic'], [llm, 'topic'])])
  expect(graph.edges).toEqual({})
  expect(connect(next as Graph, wish([input, 'topic'], [llm, 'topic']))).toBe(next)
})

test('an input takes one edge: the newer replaces the older', () => {
  const { graph, ids } = graphOf([INPUT], [GATE], [GATE])
  const [input = '', first = '', second = ''] = ids
  const before = connected(graph, [input, 'topic'], [second, 'input'])
  const after = connected(before, [first, 'approved'], [second, 'input'])
  expect(Object.values(after.edges)).toMatchObject([wish([first, 'approved'], [second, 'input'])])
})

test('what does not connect is refused with a reason', () => {
  const { graph, ids } = graphOf([INPUT], [LLM, { prompt: '{n}', variableDefaults: [{ name: 'n', dataType: 'number' }] }], [GATE])
  const [input = '', llm = '', gate = ''] = ids
  const problem = (from: [string, string], to: [string, string], of = graph) => connectionProblem(of, wish(from, to))
  expect(problem([input, 'topic'], [llm, 'n'])).toContain('type string does not fit an input of type number')
  expect(problem([gate, 'approved'], [gate, 'input'])).toContain('itself')
  expect(problem([gate, 'input'], [llm, 'n'])).toContain('from an output to an input')
  expect(problem([gate, 'approved'], ['gone', 'n'])).toContain('gone')
  const wired = connected(graph, [gate, 'approved'], [llm, 'n'])
  expect(problem([llm, 'response'], [gate, 'input'], wired)).toContain('circle')
  expect(connect(wired, wish([llm, 'response'], [gate, 'input']))).toBeNull()
})

test('a way through many diamonds is found without walking each of its variants', () => {
  const edges: Graph['edges'] = {}
  for (let i = 0; i < 60; i += 1) {
    for (const side of ['a', 'b']) {
      edges[`${i}${side}1`] = { id: `${i}${side}1`, ...wish([`n${i}`, 'o'], [`${side}${i}`, 'i']) }
      edges[`${i}${side}2`] = { id: `${i}${side}2`, ...wish([`${side}${i}`, 'o'], [`n${i + 1}`, 'i']) }
    }
  }
  expect(reaches({ nodes: {}, edges }, 'n0', 'n60')).toBe(true)
  expect(reaches({ nodes: {}, edges }, 'n60', 'n0')).toBe(false)
})

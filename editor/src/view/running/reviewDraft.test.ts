import { expect, test } from 'vitest'

import { decisionOf, reviewKind, reviewProblem, reviewText } from './reviewDraft'

test('texts are edited as texts, other values as JSON, cut ones and images not at all', () => {
  expect(reviewKind('a')).toBe('text')
  expect(reviewKind({ a: 1 })).toBe('json')
  expect(reviewKind(null)).toBe('json')
  expect(reviewKind(undefined)).toBe('nothing')
  expect(reviewKind('data:image/png;base64,AA')).toBe('fixed')
  expect(reviewKind({ a: { __truncated: true, size: 1, preview: '' } })).toBe('fixed')
})

test('what was not edited is not sent, so that the run keeps what was reviewed', () => {
  expect(decisionOf('approved', 'a', 'a')).toEqual({ branch: 'approved' })
  expect(decisionOf('rejected', { a: 1 }, reviewText({ a: 1 }))).toEqual({ branch: 'rejected' })
  expect(decisionOf('approved', { __truncated: true, size: 1, preview: 'x' }, 'edited')).toEqual({ branch: 'approved' })
})

test('what was edited goes along', () => {
  expect(decisionOf('approved', 'a', '')).toEqual({ branch: 'approved', data: '' })
  expect(decisionOf('rejected', [1], '[1, 2]')).toEqual({ branch: 'rejected', data: [1, 2] })
  expect(decisionOf('approved', [1], 'null')).toEqual({ branch: 'approved', data: null })
})

test('an answer that is no JSON is told as such', () => {
  expect(reviewProblem('text', '{')).toBeNull()
  expect(reviewProblem('json', '{"a": 1}')).toBeNull()
  expect(reviewProblem('json', '{')).toContain('JSON')
  expect(reviewProblem('json', ' ')).toContain('null')
})

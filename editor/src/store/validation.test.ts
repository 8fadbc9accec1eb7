import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Graph, Issue } from '../model/types'
import { createValidator } from './validation'

const GRAPH: Graph = { nodes: {}, edges: {} }

function issue(code: string): Issue {
  return { code, message: code, severity: 'warning' }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('asks once for many edits', async () => {
  const validate = vi.fn(async () => [issue('A')])
  const onIssues = vi.fn()
  const validator = createValidator({ validate, graph: () => GRAPH, onIssues })
  validator.soon()
  validator.soon()
  await vi.advanceTimersByTimeAsync(1000)
  expect(validate).toHaveBeenCalledTimes(1)
  expect(onIssues).toHaveBeenCalledExactlyOnceWith([issue('A')])
})

it('drops an answer that a newer question has overtaken', async () => {
  const answers: ((issues: Issue[]) => void)[] = []
  const validate = () => new Promise<Issue[]>((resolve) => answers.push(resolve))
  const onIssues = vi.fn()
  const validator = createValidator({ validate, graph: () => GRAPH, onIssues })
  for (let n = 0; n < 2; n += 1) {
    validator.soon()
    await vi.advanceTimersByTimeAsync(1000)
  }
  answers[1]?.([issue('NEW')])
  answers[0]?.([issue('OLD')])
  await vi.advanceTimersByTimeAsync(0)
  expect(onIssues).toHaveBeenCalledExactlyOnceWith([issue('NEW')])
})

it('keeps silent when nobody answers, and when it is closed', async () => {
  const onIssues = vi.fn()
  const offline = createValidator({ validate: () => Promise.reject(new Error()), graph: () => GRAPH, onIssues })
  offline.soon()
  await vi.advanceTimersByTimeAsync(1000)
  const closed = createValidator({ validate: async () => [], graph: () => GRAPH, onIssues })
  closed.soon()
  closed.close()
  await vi.advanceTimersByTimeAsync(1000)
  expect(onIssues).not.toHaveBeenCalled()
})

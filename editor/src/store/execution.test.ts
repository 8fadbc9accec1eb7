import { describe, expect, it } from 'vitest'

import type { Json } from '../model/types'
import type { RunEvent } from '../wire/types'
import { NO_EXECUTION, paint, reduce, strokeOf } from './execution'
import type { Execution } from './types'

function event(name: string, data: Record<string, Json>): RunEvent {
  return { name, data }
}

function after(...events: RunEvent[]): Execution {
  return events.reduce(reduce, NO_EXECUTION)
}

const started = event('run_status', { status: 'running', runId: 'r1' })
const running = event('node_status', { nodeId: 'a', status: 'running', inputs: { x: 1 }, startedAt: 5 })

describe('a node', () => {
  it.each(['__proto__', 'constructor', 'toString', '', 'a b'])('called %j is a node like any other', (nodeId) => {
    expect(NO_EXECUTION.nodes[nodeId]).toBeUndefined()
    const skipped = reduce(NO_EXECUTION, { name: 'node_status', data: { nodeId, status: 'skipped' } })
    expect(skipped.nodes[nodeId]).toMatchObject({ status: 'skipped', toolCalls: [], attempt: 1 })
    const other = reduce(skipped, { name: 'node_chunk', data: { nodeId: 'other', delta: 'Hi' } })
    expect(Object.keys(other.nodes)).toEqual([nodeId, 'other'])
    const edge = reduce(other, { name: 'edge_status', data: { edgeId: nodeId, status: 'active' } })
    expect(Object.entries(edge.edges)).toEqual([[nodeId, 'active']])
  })
})

describe('a run', () => {
  it('begins with its id', () => {
    expect(after(started)).toMatchObject({ state: 'running', runId: 'r1' })
  })

  it('completes with its result', () => {
    const execution = after(started, event('run_status', { status: 'completed', result: { out: 1 } }))
    expect(execution).toMatchObject({ state: 'completed', result: { out: 1 } })
  })

  it('fails with code, message and hint', () => {
    const error = { code: 'WF_X', message: 'No.', hint: 'Yes.' }
    expect(after(started, event('run_status', { status: 'error', error })).error).toEqual(error)
  })

  it('that is cancelled leaves no node running and no edge active', () => {
    const execution = after(
      started,
      running,
      event('edge_status', { edgeId: 'e', status: 'active' }),
      event('run_status', { status: 'cancelled', result: {} }),
    )
    expect(execution.state).toBe('cancelled')
    expect(execution.nodes.a?.status).toBe('cancelled')
    expect(execution.edges.e).toBe('idle')
  })

  it('that pauses shows its question until it goes on', () => {
    const suspension = { runId: 'r1', nodeId: 'a', instructions: 'Well?', data: 1 }
    const paused = after(started, event('run_status', { status: 'paused', suspension }))
    expect(paused).toMatchObject({ state: 'paused', suspension })
    expect(reduce(paused, started)).toMatchObject({ state: 'running', suspension: undefined })
  })

  it('is not changed by events that nobody knows', () => {
    const before = after(started, running)
    expect(reduce(before, event('weather', { nodeId: 'a' }))).toBe(before)
    expect(reduce(before, event('constructor', {}))).toBe(before)
  })
})

describe('a node', () => {
  it('shows inputs while it runs and output when it is complete', () => {
    const execution = after(
      running,
      event('node_status', { nodeId: 'a', status: 'complete', outputData: 'x', finishedAt: 9 }),
    )
    expect(execution.nodes.a).toMatchObject({
      status: 'complete',
      inputs: { x: 1 },
      outputData: 'x',
      startedAt: 5,
      finishedAt: 9,
    })
  })

  it('gathers a text from deltas as from whole contents', () => {
    const deltas = after(
      running,
      event('node_chunk', { nodeId: 'a', delta: 'Hel' }),
      event('node_chunk', { nodeId: 'a', delta: 'lo' }),
    )
    const contents = after(running, event('node_chunk', { nodeId: 'a', delta: 'lo', content: 'Hello' }))
    expect(deltas.nodes.a?.text).toBe('Hello')
    expect(contents.nodes.a?.text).toBe('Hello')
  })

  it('begins its text anew at the next attempt, and counts it', () => {
    const execution = after(
      running,
      event('node_chunk', { nodeId: 'a', delta: 'Hel' }),
      event('node_attempt', { nodeId: 'a', attempt: 1, error: { message: 'Late.' }, retryAt: 1 }),
    )
    expect(execution.nodes.a).toMatchObject({ attempt: 2, error: { message: 'Late.' }, text: undefined })
    const again = [running, event('node_chunk', { nodeId: 'a', delta: 'Oh' })].reduce(reduce, execution)
    expect(again.nodes.a).toMatchObject({ attempt: 2, error: undefined, text: 'Oh' })
  })

  it('keeps its failed attempts, each once, until it begins anew', () => {
    const failed = (attempt: number) =>
      event('node_attempt', { nodeId: 'a', attempt, error: { message: `No ${attempt}.` }, failedAt: attempt * 10 })
    const execution = after(running, failed(1), running, failed(2), failed(2), running)
    expect(execution.nodes.a?.failures).toEqual([
      { attempt: 1, error: { message: 'No 1.' }, at: 10 },
      { attempt: 2, error: { message: 'No 2.' }, at: 20 },
    ])
    const done = event('node_status', { nodeId: 'a', status: 'complete' })
    expect([done, running].reduce(reduce, execution).nodes.a?.failures).toBeUndefined()
    const many = after(running, ...Array.from({ length: 60 }, (_, n) => failed(n + 1)))
    expect(many.nodes.a?.failures?.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 50 }, (_, n) => n + 11))
  })

  it('lists a tool call once, however often it is told', () => {
    const begun = event('tool_call_start', { nodeId: 'a', callId: 'c1', tool: 'add', args: { n: 1 } })
    const ended = event('tool_call_end', { nodeId: 'a', callId: 'c1', result: 2, durationMs: 7 })
    expect(after(running, begun, ended, begun, ended).nodes.a?.toolCalls).toEqual([
      { callId: 'c1', tool: 'add', args: { n: 1 }, result: 2, durationMs: 7 },
    ])
  })

  it('adds up what answers of models took', () => {
    const usage = event('model_usage', { nodeId: 'a', model: 'm', inputTokens: 1, outputTokens: 2 })
    expect(after(running, usage, usage).nodes.a?.usage).toHaveLength(2)
  })
})

describe('many events at once', () => {
  it('copy what they touch, and leave the rest the same objects', () => {
    const before = after(
      started,
      ...Array.from({ length: 500 }, (_, n) => event('node_status', { nodeId: `n${n}`, status: 'idle' })),
    )
    const chunks = Array.from({ length: 100 }, () => event('node_chunk', { nodeId: 'n7', delta: 'x' }))
    const execution = paint(before, chunks.map(strokeOf))
    expect(execution.nodes.n7?.text).toHaveLength(100)
    expect(before.nodes.n7?.text).toBeUndefined()
    expect(execution.nodes.n8).toBe(before.nodes.n8)
    expect(execution.edges).toBe(before.edges)
  })

  it('keep up with two thousand chunks a second among five hundred nodes', () => {
    let execution = after(
      ...Array.from({ length: 500 }, (_, n) => event('node_status', { nodeId: `n${n}`, status: 'idle' })),
    )
    const begun = performance.now()
    for (let frame = 0; frame < 60; frame += 1) {
      const chunks = Array.from({ length: 33 }, (_, n) => event('node_chunk', { nodeId: `n${n}`, delta: 'x' }))
      execution = paint(execution, chunks.map(strokeOf))
    }
    expect(execution.nodes.n0?.text).toHaveLength(60)
    expect(performance.now() - begun).toBeLessThan(300)
  })
})

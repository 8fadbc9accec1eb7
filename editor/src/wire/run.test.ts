import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { attachAddress } from './drive'
import { LeftError } from './errors'
import { run } from './run'
import { answering, frame, outcomeOf, problem, stream, surface } from './scenes'
import type { EditorSurface } from './surface'

const RUNNING = frame('run_status', { status: 'running', runId: 'r1' }, 1)
const NODE = frame('node_status', { nodeId: 'n', status: 'running' }, 2)
const DONE = frame('run_status', { status: 'completed', result: { answer: 42 } }, 9)
const CANCELLED = frame('run_status', { status: 'cancelled', result: { half: 1 } }, 9)
const QUESTION = { runId: 'r1', nodeId: 'gate', instructions: 'Good?', data: 'draft' }
const PAUSED = frame('run_status', { status: 'paused', suspension: QUESTION }, 5)
const COMPLETED = { status: 'completed', runId: 'r1', result: { answer: 42 } }
const GONE = new TypeError('Failed to fetch')

const options = (editor: EditorSurface) => ({
  url: '/api/run?workflowId=w',
  resumeUrl: '/api/resume',
  cancelUrl: '/api/cancel',
  editor,
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a run is painted event by event, to its outcome', async () => {
  const { editor, events } = surface()
  const asked = answering(stream([RUNNING + NODE.slice(0, 20), NODE.slice(20), DONE]))
  expect(await run({ ...options(editor), inputs: { topic: 'x' } })).toEqual(COMPLETED)
  expect(events.map((event) => event.id)).toEqual([1, 2, 9])
  expect(asked).toMatchObject([{ method: 'POST', body: { graph: { nodes: {}, edges: {} }, inputs: { topic: 'x' } } }])
  expect(asked[0]?.headers.get('Content-Type')).toBe('application/json')
  expect(asked[0]?.url).toBe('/api/run?workflowId=w&chunks=delta&detach=1')
})

test.each(['runs', 'waits for an answer'])('leaving a run that %s closes the stream and cancels nothing', async (how) => {
  const { editor, statuses } = surface()
  const stop = new AbortController()
  const asked = answering(stream(how === 'runs' ? [RUNNING] : [RUNNING, PAUSED], { ending: how === 'runs' ? 'open' : 'end' }))
  const left = run({ ...options(editor), signal: stop.signal }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(10)
  stop.abort(new LeftError())
  expect(await left).toBeInstanceOf(LeftError)
  expect(asked).toHaveLength(1)
  expect(statuses()).not.toContain('cancelled')
})

test('without an address to cancel at, closing the stream is what cancels', async () => {
  const { editor } = surface()
  const asked = answering(stream([RUNNING, DONE]))
  await run({ url: 'https://else.where/run', editor })
  expect(asked[0]?.url).toBe('https://else.where/run?chunks=delta')
})

test('a run that fails is an outcome, with the error of the run', async () => {
  const { editor } = surface()
  const error = { code: 'WF_RUNTIME_EMPTY_GRAPH', message: 'Nothing to run.' }
  answering(stream([RUNNING, frame('run_status', { status: 'error', error }, 2)]))
  expect(await run(options(editor))).toEqual({ status: 'error', runId: 'r1', error })
})

test('what the server refuses rejects, with status, code, words and hint', async () => {
  const { editor, events } = surface()
  answering(problem(403, 'WF_NODE_FORBIDDEN', 'You may not.'))
  const refused = await outcomeOf(run(options(editor)))
  expect(refused).toMatchObject({ status: 403, code: 'WF_NODE_FORBIDDEN', message: 'You may not.', hint: 'Do that.' })
  expect(events).toEqual([])
})

test('a server that cannot be reached rejects at once, for nobody knows whether a run began', async () => {
  const { editor } = surface()
  const asked = answering(GONE)
  expect(await outcomeOf(run(options(editor)))).toMatchObject({ status: 0, code: 'WF_CLIENT_UNREACHABLE' })
  expect(asked).toHaveLength(1)
})

test.each(['end', 'break'] as const)('a stream cut before its end (%s) is taken up where it was', async (ending) => {
  const { editor, events } = surface()
  const asked = answering(stream([RUNNING, NODE.slice(0, -3)], { ending }), GONE, problem(502), stream([RUNNING, NODE, DONE]))
  expect(await outcomeOf(run(options(editor)))).toEqual(COMPLETED)
  expect(events.map((event) => event.id)).toEqual([1, 2, 9])
  expect(asked[3]).toMatchObject({ method: 'POST', url: '/api/runs/r1/attach?chunks=delta' })
})

test('a server that closes is no end of the run', async () => {
  const { editor, statuses } = surface()
  const closing = frame('run_status', { status: 'error', error: { code: 'WF_SERVER_CLOSING', message: 'Bye.' } })
  answering(stream([RUNNING, closing]), stream([RUNNING, DONE]))
  expect(await outcomeOf(run(options(editor)))).toEqual(COMPLETED)
  expect(statuses()).toEqual(['running', 'completed'])
})

test('the text of a node is whole again after a cut', async () => {
  const { editor, events } = surface()
  const chunk = (delta: string) => frame('node_chunk', { nodeId: 'n', delta })
  answering(stream([RUNNING, NODE, chunk('Hel')]), stream([RUNNING, NODE, chunk('Hello'), chunk(' you'), DONE]))
  await outcomeOf(run(options(editor)))
  expect(events.filter(({ name }) => name === 'node_chunk').map(({ data }) => data.content)).toEqual(['Hel', 'Hello', 'Hello you'])
})

test('a run that cannot be taken up again rejects', async () => {
  const { editor } = surface()
  const asked = answering(stream([RUNNING]), ...Array.from({ length: 50 }, () => GONE))
  expect(await outcomeOf(run(options(editor)))).toMatchObject({ name: 'RunLostError', code: 'WF_CLIENT_RUN_LOST' })
  expect(asked.length).toBeLessThan(20)
})

test('a run that is gone rejects at once', async () => {
  const { editor } = surface()
  const asked = answering(stream([RUNNING]), problem(404, 'WF_RUN_NOT_FOUND'))
  expect(await outcomeOf(run(options(editor)))).toMatchObject({ status: 404, code: 'WF_RUN_NOT_FOUND' })
  expect(asked).toHaveLength(2)
})

test('a cut stream of a server that paints nothing anew is no success', async () => {
  const { editor } = surface()
  answering(stream([RUNNING]))
  expect(await outcomeOf(run({ url: '/go', editor }))).toMatchObject({ name: 'RunLostError' })
})

test('cancelling tells the server, and paints what the run did at the last', async () => {
  const { editor, statuses } = surface()
  const stop = new AbortController()
  let say: (text: string) => void = () => undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      say = (text) => controller.enqueue(new TextEncoder().encode(text))
      say(RUNNING)
    },
  })
  const asked = answering(
    () => new Response(body, { headers: { 'X-Run-Id': 'r1' } }),
    () => {
      say(CANCELLED)
      return new Response(null, { status: 204 })
    },
  )
  const running = run({ ...options(editor), signal: stop.signal })
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  expect(await outcomeOf(running)).toEqual({ status: 'cancelled', runId: 'r1', result: { half: 1 } })
  expect(asked[1]).toMatchObject({ method: 'POST', url: '/api/cancel', body: { runId: 'r1' }, keepalive: true })
  expect(statuses()).toEqual(['running', 'cancelled'])
})

test('a cancelled run whose stream says no more is left', async () => {
  const { editor, statuses } = surface()
  const stop = new AbortController()
  const asked = answering(stream([RUNNING], { ending: 'open' }), new Response(null, { status: 204 }))
  const running = run({ ...options(editor), signal: stop.signal })
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  expect(await outcomeOf(running)).toMatchObject({ status: 'cancelled' })
  expect(statuses()).toEqual(['running', 'cancelled'])
  expect(asked[0]?.signal?.aborted).toBe(true)
})

test('a cancel that does not reach the server rejects', async () => {
  const { editor } = surface()
  const stop = new AbortController()
  answering(stream([RUNNING], { ending: 'open' }), GONE)
  const running = run({ ...options(editor), signal: stop.signal })
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  expect(await outcomeOf(running)).toMatchObject({ code: 'WF_CLIENT_UNREACHABLE' })
})

test('without an address to cancel at, cancelling closes the stream', async () => {
  const { editor } = surface()
  const stop = new AbortController()
  const asked = answering(stream([RUNNING], { ending: 'open' }))
  const running = run({ url: '/api/run', editor, signal: stop.signal })
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  expect(await outcomeOf(running)).toMatchObject({ status: 'cancelled' })
  expect(asked[0]?.signal?.aborted).toBe(true)
})

test('what is cancelled before it begins is never sent', async () => {
  const { editor } = surface()
  const asked = answering()
  expect(await run({ ...options(editor), signal: AbortSignal.abort() })).toMatchObject({ status: 'cancelled' })
  expect(asked).toEqual([])
})

test('a review is put to the person, and their answer goes on with the run', async () => {
  const { editor, questions } = surface({ branch: 'approved', data: 'better' })
  const asked = answering(stream([RUNNING, PAUSED]), stream([DONE]))
  expect(await outcomeOf(run(options(editor)))).toEqual(COMPLETED)
  expect(questions).toEqual([QUESTION])
  expect(asked[1]).toMatchObject({
    url: '/api/resume?chunks=delta',
    body: { runId: 'r1', nodeId: 'gate', decision: { branch: 'approved', data: 'better' } },
  })
})

test('a review that nobody can answer from here rejects', async () => {
  const { editor, questions } = surface()
  answering(stream([RUNNING, PAUSED]))
  expect(await outcomeOf(run({ url: '/api/run', editor }))).toMatchObject({ code: 'WF_RUNTIME_REVIEW_NOT_RESUMABLE' })
  expect(questions).toEqual([])
})

test('to drop a review drops its run', async () => {
  const { editor, statuses } = surface(null)
  const asked = answering(stream([RUNNING, PAUSED]), new Response(null, { status: 204 }))
  expect(await outcomeOf(run(options(editor)))).toMatchObject({ status: 'cancelled' })
  expect(asked[1]).toMatchObject({ url: '/api/cancel', body: { runId: 'r1' } })
  expect(statuses().at(-1)).toBe('cancelled')
})

test('cancelling while a review waits tells the server once', async () => {
  const { editor } = surface()
  const stop = new AbortController()
  const asked = answering(stream([RUNNING, PAUSED]), new Response(null, { status: 204 }))
  const running = run({ ...options(editor), signal: stop.signal })
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  expect(await outcomeOf(running)).toMatchObject({ status: 'cancelled' })
  expect(asked.map((request) => request.url)).toEqual([expect.stringContaining('/run'), '/api/cancel'])
})

test('when somebody else was faster with the answer, the run goes on with theirs', async () => {
  const { editor } = surface({ branch: 'approved' })
  answering(stream([RUNNING, PAUSED]), problem(404, 'WF_REVIEW_NOT_FOUND'), stream([RUNNING, DONE]))
  expect(await outcomeOf(run(options(editor)))).toEqual(COMPLETED)
})

test('an answer that is refused though its question is open rejects', async () => {
  const { editor } = surface({ branch: 'approved' })
  answering(stream([RUNNING, PAUSED]), problem(404, 'WF_REVIEW_NOT_FOUND'), stream([RUNNING, PAUSED]))
  expect(await outcomeOf(run(options(editor)))).toMatchObject({ code: 'WF_REVIEW_NOT_FOUND' })
})

test('an answer that was lost on the way is asked for again', async () => {
  const { editor, questions } = surface({ branch: 'approved' }, { branch: 'rejected' })
  answering(stream([RUNNING, PAUSED]), GONE, stream([RUNNING, PAUSED]), stream([DONE]))
  expect(await outcomeOf(run(options(editor)))).toEqual(COMPLETED)
  expect(questions).toHaveLength(2)
})

test('what the host adds is resolved anew for every request, by its kind', async () => {
  const { editor } = surface({ branch: 'approved' })
  const kinds: string[] = []
  const init = async ({ kind }: { kind: string }) => {
    kinds.push(kind)
    return { headers: { Authorization: `Token ${kinds.length}` }, credentials: 'include' as const }
  }
  const asked = answering(stream([RUNNING]), stream([RUNNING, PAUSED]), stream([DONE]))
  await outcomeOf(run({ ...options(editor), init }))
  expect(kinds).toEqual(['run', 'run', 'resume'])
  expect(asked.map(({ headers }) => headers.get('Authorization'))).toEqual(['Token 1', 'Token 2', 'Token 3'])
})

test.each([
  ['/api/run?workflowId=1', '/api/runs/a%2Fb/attach'],
  ['https://x.y/api/resume', 'https://x.y/api/runs/a%2Fb/attach'],
  ['run', 'runs/a%2Fb/attach'],
  ['/api/overrun', null],
  ['/api/start', null],
])('beside %s a run is painted anew at %s', (address, expected) => {
  expect(attachAddress(address, 'a/b')).toBe(expected)
})

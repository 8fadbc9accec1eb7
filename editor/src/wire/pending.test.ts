import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { attachPending, resume } from './run'
import { answering, frame, json, outcomeOf, problem, stream, surface } from './scenes'
import type { EditorSurface } from './surface'

const RUNNING = frame('run_status', { status: 'running', runId: 'r1' }, 1)
const NODE = frame('node_status', { nodeId: 'n', status: 'running' }, 2)
const QUESTION = { runId: 'r1', nodeId: 'gate', instructions: 'Good?', data: 'draft' }
const PAUSED = frame('run_status', { status: 'paused', suspension: QUESTION }, 5)
const DONE = frame('run_status', { status: 'completed', result: { answer: 42 } }, 9)
const COMPLETED = { status: 'completed', runId: 'r1', result: { answer: 42 } }

const options = (editor: EditorSurface) => ({ resumeUrl: '/api/resume', cancelUrl: '/api/cancel', editor })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('an answer can be given without having seen the question', async () => {
  const { editor } = surface()
  const asked = answering(stream([DONE]))
  const decision = { branch: 'rejected' } as const
  expect(await resume({ ...options(editor), runId: 'r1', decision })).toEqual(COMPLETED)
  expect(asked[0]?.body).toEqual({ runId: 'r1', decision })
})

test('a run that waits is painted anew, and its question asked', async () => {
  const { editor, events, questions } = surface({ branch: 'approved' })
  const asked = answering(
    json([{ ...QUESTION, runId: 'older' }, { ...QUESTION, snapshot: { nodes: [] } }]),
    stream([RUNNING, NODE, PAUSED]),
    stream([DONE]),
  )
  const attaching = attachPending({ ...options(editor), pendingUrl: '/api/pending?workflowId=w' })
  expect(await outcomeOf(attaching)).toEqual(COMPLETED)
  expect(asked.map(({ url }) => url)).toEqual([
    '/api/pending?workflowId=w',
    '/api/runs/r1/attach?chunks=delta',
    '/api/resume?chunks=delta',
  ])
  expect(questions).toEqual([QUESTION])
  expect(events.map((event) => event.id)).toEqual([1, 2, 5, 9])
})

test('where a run cannot be painted anew, what is told of it is painted', async () => {
  const { editor, events } = surface({ branch: 'approved' })
  const snapshot = { nodes: [{ nodeId: 'in', outputData: 'x' }, { nodeId: 'gate' }] }
  answering(json([{ ...QUESTION, snapshot }]), problem(404), stream([DONE]))
  expect(await outcomeOf(attachPending({ ...options(editor), pendingUrl: '/pending' }))).toEqual(COMPLETED)
  expect(events.map(({ name, data }) => [name, data.nodeId, data.status])).toEqual([
    ['run_status', undefined, 'running'],
    ['node_status', 'in', 'complete'],
    ['node_status', 'gate', 'waiting'],
    ['run_status', undefined, 'paused'],
    ['run_status', undefined, 'completed'],
  ])
})

test('when nothing waits, nothing happens', async () => {
  const { editor } = surface()
  answering(json([]))
  expect(await attachPending({ ...options(editor), pendingUrl: '/api/pending' })).toBeNull()
})

test('what begins without the Run button is cancelled by the Cancel button all the same', async () => {
  const { editor } = surface()
  const stop = new AbortController()
  const runSession: EditorSurface['runSession'] = async (work) => void (await work({ signal: stop.signal }))
  const asked = answering(json([QUESTION]), stream([RUNNING, PAUSED]), new Response(null, { status: 204 }))
  const attaching = attachPending({ ...options({ ...editor, runSession }), pendingUrl: '/api/pending' })
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  expect(await outcomeOf(attaching)).toMatchObject({ status: 'cancelled' })
  expect(asked[2]?.url).toBe('/api/cancel')
})

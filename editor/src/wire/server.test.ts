import { afterEach, expect, test, vi } from 'vitest'

import { answering, frame, json, problem, stream } from './scenes'
import { createWorkflowServer, workflowServerBeside } from './server'
import type { RunEvent } from './types'

const server = createWorkflowServer('/api/', 'w')
const EMPTY = { nodes: {}, edges: {} }
const DONE = frame('run_status', { status: 'completed', result: {} }, 3)

afterEach(() => void vi.useRealTimers())

test('the catalog is what three calls tell', async () => {
  const asked = answering(json([]), json({ llm: ['m'], imageGeneration: [] }), json({ tool: {} }))
  expect(await server.catalog()).toEqual({ nodeTypes: [], models: { llm: ['m'], imageGeneration: [] }, tools: { tool: {} } })
  expect(asked.map(({ url }) => url)).toEqual(['/api/node-types', '/api/models', '/api/tools'])
})

test('pages are asked for by path, for the server may know its host by another name', async () => {
  const next = 'http://inside:8000/api/runs?cursor=abc&workflow=w'
  const asked = answering(json({ results: [], next }), json({ results: [], next: null }))
  const first = await server.runs()
  await server.runs({ next: first.next ?? undefined })
  expect(asked.map(({ url }) => url)).toEqual(['/api/runs?workflow=w&limit=30', '/api/runs?cursor=abc&workflow=w'])
})

test('of the runs those of some states are asked for', async () => {
  const asked = answering(json({ results: [], next: null }))
  await server.runs({ status: 'queued,running' })
  expect(asked[0]?.url).toBe('/api/runs?workflow=w&limit=30&status=queued%2Crunning')
})

test('the graph of a run is the one that it ran, whether or not it was a version', async () => {
  const asked = answering(json({ version: 4, graph: EMPTY }), json({ version: null, graph: EMPTY }))
  expect(await server.runGraph('r/1')).toEqual({ version: 4, graph: EMPTY })
  expect(asked[0]?.url).toBe('/api/runs/r%2F1/graph')
  expect(await server.runGraph('r')).toEqual({ version: null, graph: EMPTY })
})

test('a node of a run is told with its outputs in full', async () => {
  const told = { nodeId: 'a/b', outputs: { v: 'all of it' } }
  const asked = answering(json(told))
  expect(await server.node('r', 'a/b')).toEqual(told)
  expect(asked[0]?.url).toBe('/api/runs/r/nodes/a%2Fb')
})

test.each([
  ['7', 7_000],
  ['Wed, 01 Jan 2025 00:00:30 GMT', 30_000],
  ['Tue, 31 Dec 2024 00:00:00 GMT', 0],
  ['99999999', 86_400_000],
  ['soon', undefined],
])('a refusal with Retry-After: %s says how long to wait', async (after, retryAfterMs) => {
  vi.useFakeTimers({ now: Date.parse('2025-01-01T00:00:00Z') })
  answering(json({}, 503, { 'Retry-After': after }))
  await expect(server.publish(1)).rejects.toMatchObject({ status: 503, retryAfterMs })
})

test('a run is not asked for again before the server wants to be', async () => {
  vi.useFakeTimers()
  const asked = answering(json({}, 503, { 'Retry-After': '20' }), stream([DONE]))
  const following = server.follow('r', () => undefined, new AbortController().signal)
  await vi.advanceTimersByTimeAsync(19_900)
  expect(asked).toHaveLength(1)
  await vi.runAllTimersAsync()
  await following
  expect(asked).toHaveLength(2)
})

test('a review is answered by its number, the open one before others of its node', async () => {
  const reviews = [
    { id: 1, nodeId: 'gate', decidedAt: '2025-01-01' },
    { id: 2, nodeId: 'gate', decidedAt: null },
    { id: 3, nodeId: 'other', decidedAt: null },
  ]
  const asked = answering(json(reviews), json({}))
  await server.decide('r', 'gate', { branch: 'approved', data: 1 })
  expect(asked[1]).toMatchObject({ method: 'POST', url: '/api/runs/r/reviews/2/decide', body: { branch: 'approved', data: 1 } })
})

test('changes are sent as such', async () => {
  const asked = answering(json({}), json({}), json({}), json({}))
  await server.nameVersion(2, 'shown')
  await server.restore(2)
  await server.publish(2)
  await server.cancel('r')
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'PATCH /api/workflows/w/versions/2',
    'POST /api/workflows/w/versions/2/restore',
    'POST /api/workflows/w/publish',
    'POST /api/runs/r/cancel',
  ])
})

test('what is refused rejects with words for a person', async () => {
  answering(problem(409, 'WF_VERSION_NOT_RUNNABLE', 'It has a cycle.'))
  await expect(server.publish(1)).rejects.toMatchObject({ status: 409, message: 'It has a cycle.', hint: 'Do that.' })
})

test('a run is followed from its start across cut streams, each event once', async () => {
  vi.useFakeTimers()
  const events: RunEvent[] = []
  const asked = answering(
    stream([frame('run_status', { status: 'running' }, 1), frame('a', {}, 2)], { ending: 'break' }),
    problem(503),
    stream([frame('run_status', { status: 'error', error: { code: 'WF_SERVER_CLOSING' } })]),
    stream([frame('run_status', { status: 'paused', suspension: {} }, 3), frame('run_status', { status: 'completed' }, 4)]),
  )
  const following = server.follow('r', (event) => events.push(event), new AbortController().signal)
  await vi.runAllTimersAsync()
  await following
  expect(events.map((event) => event.id)).toEqual([1, 2, 3, 4])
  expect(asked.map(({ headers }) => headers.get('Last-Event-ID'))).toEqual([null, '2', '2', '2'])
})

test('a run of which nothing is left has been followed', async () => {
  answering(new Response(null, { status: 204 }))
  await server.follow('r', () => undefined, new AbortController().signal)
})

test('who stops looking is let go without an error', async () => {
  const stop = new AbortController()
  answering(stream([frame('a', {}, 1)], { ending: 'open' }))
  await server.follow('r', () => stop.abort(), stop.signal)
})

test('a fault of the one who looks is not taken for a broken connection', async () => {
  const asked = answering(stream([DONE]))
  const following = server.follow(
    'r',
    () => {
      throw new Error('a fault of ours')
    },
    new AbortController().signal,
  )
  await expect(following).rejects.toThrow('a fault of ours')
  expect(asked).toHaveLength(1)
})

test('a run that is not to be seen rejects', async () => {
  answering(problem(404, 'WF_RUN_NOT_FOUND'))
  const following = server.follow('r', () => undefined, new AbortController().signal)
  await expect(following).rejects.toMatchObject({ code: 'WF_RUN_NOT_FOUND' })
})

test('beside the address of a workflow is its server', async () => {
  const asked = answering(json({ publishedVersion: 3 }))
  expect(await workflowServerBeside('https://x.y/api/workflow/a%20b')?.published()).toBe(3)
  expect(asked[0]?.url).toBe('https://x.y/api/workflows/a%20b')
  expect(workflowServerBeside('/store/7')).toBeNull()
})

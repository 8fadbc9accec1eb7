import { expect, test, vi } from 'vitest'

import { readEvents } from './events'
import { frame, stream } from './scenes'
import type { RunEvent } from './types'

async function eventsIn(texts: string[], ending: 'end' | 'break' = 'end') {
  const events: RunEvent[] = []
  const read = await readEvents(stream(texts, { ending })(), Infinity, (event) => {
    events.push(event)
    return null
  })
  return { events, read }
}

test('events are told with their numbers; what is no event of a run is passed over', async () => {
  const { events } = await eventsIn([frame('a', { x: 1 }, 3), 'event: b\ndata: hello\n\ndata: [1]\n\n', frame('c', {})])
  expect(events).toEqual([
    { name: 'a', data: { x: 1 }, id: 3 },
    { name: 'c', data: {} },
  ])
})

test('a stream that ends and one that breaks are told apart from one that was heard to its end', async () => {
  expect((await eventsIn([frame('a', {})])).read).toEqual({ cause: undefined })
  expect((await eventsIn([frame('a', {})], 'break')).read.cause).toBeInstanceOf(TypeError)
  const ended = await readEvents(stream([frame('a', {})], { ending: 'open' })(), Infinity, () => 'enough')
  expect(ended).toEqual({ ended: 'enough' })
})

test('deltas are put together, anew for each attempt', async () => {
  const chunk = (delta: string, content?: string) => frame('node_chunk', { nodeId: 'n', delta, ...(content && { content }) })
  const { events } = await eventsIn([
    frame('node_status', { nodeId: 'n', status: 'running' }),
    chunk('Hel') + chunk('lo'),
    frame('node_attempt', { nodeId: 'n', attempt: 1 }),
    chunk('Ag') + chunk('ain', 'Again'),
    frame('node_chunk', { nodeId: 'm', delta: 'other' }),
  ])
  const contents = events.filter(({ name }) => name === 'node_chunk').map(({ data }) => data.content)
  expect(contents).toEqual(['Hel', 'Hello', 'Ag', 'Again', 'other'])
})

test('a connection that falls silent is given up', async () => {
  vi.useFakeTimers()
  const reading = readEvents(stream([': hi\n'], { ending: 'open' })(), 1000, () => null)
  await vi.advanceTimersByTimeAsync(1001)
  expect((await reading).cause).toMatchObject({ message: 'The connection has fallen silent.' })
  vi.useRealTimers()
})

test('what the one who listens raises is not taken for a broken connection', async () => {
  const reading = readEvents(stream([frame('a', {})])(), Infinity, () => {
    throw new Error('a fault of ours')
  })
  await expect(reading).rejects.toThrow('a fault of ours')
})

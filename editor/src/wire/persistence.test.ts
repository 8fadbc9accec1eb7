import { expect, test } from 'vitest'

import type { Snapshot } from '../model/types'
import { createServerPersistence } from './persistence'
import { answering, json, problem } from './scenes'

const URL = '/api/workflow/w'
const named = (name: string): Snapshot => ({
  version: 1,
  graph: { nodes: {}, edges: {}, metadata: { description: '', name } },
})
const stored = (tag: string, snapshot = named('stored')) => json(snapshot, 200, { ETag: tag })
const saved = (tag: string) => new Response(null, { status: 204, headers: { ETag: tag } })
const changed = (tag: string, name: string) => {
  const response = problem(412, 'WF_WORKFLOW_CHANGED', 'Changed.', { current: { id: 'w', ...named(name), viewport: null } })
  response.headers.set('ETag', tag)
  return response
}

test('each save names the state that it follows', async () => {
  const persistence = createServerPersistence(URL)
  const asked = answering(stored('"1-a"'), saved('"2-b"'), saved('"3-c"'))
  expect(await persistence.load()).toEqual(named('stored'))
  await persistence.save(named('one'))
  await persistence.save(named('two'))
  expect(asked.map(({ method, headers }) => [method, headers.get('If-Match')])).toEqual([
    ['GET', null],
    ['PUT', '"1-a"'],
    ['PUT', '"2-b"'],
  ])
  expect(asked[2]?.body).toEqual(named('two'))
})

test('what the server calls by default is called so here, so that a new name can be undone', async () => {
  const persistence = createServerPersistence(URL)
  for (const metadata of [undefined, { name: ' ' }, { name: 5 as unknown as string }]) {
    answering(stored('"1"', { version: 1, graph: { nodes: {}, edges: {}, ...(metadata && { metadata }) } }))
    expect(await persistence.load()).toEqual(named('Untitled workflow'))
  }
})

test('saves wait for each other, so that none names an old state', async () => {
  const persistence = createServerPersistence(URL)
  const asked = answering(stored('"1"'), saved('"2"'), saved('"3"'))
  await Promise.all([persistence.load(), persistence.save(named('one')), persistence.save(named('two'))])
  expect(asked.map(({ headers }) => headers.get('If-Match'))).toEqual([null, '"1"', '"2"'])
})

test('there may be nothing yet', async () => {
  const persistence = createServerPersistence(URL)
  const asked = answering(problem(404), problem(404), saved('"1"'))
  expect(await persistence.load()).toBeNull()
  await persistence.save(named('first'))
  expect(asked[2]?.headers.get('If-Match')).toBeNull()
})

test('what somebody else created in the meantime is not replaced', async () => {
  const persistence = createServerPersistence(URL)
  answering(problem(404), stored('"1"', named('theirs')))
  await persistence.load()
  await expect(persistence.save(named('mine'))).rejects.toMatchObject({ name: 'ConflictError', theirs: named('theirs') })
})

test('a save without having loaded replaces nothing', async () => {
  const asked = answering(stored('"1"'))
  await expect(createServerPersistence(URL).save(named('mine'))).rejects.toMatchObject({ status: 412 })
  expect(asked).toHaveLength(1)
})

test('a conflict carries what is stored now, and stands until it is decided', async () => {
  const persistence = createServerPersistence(URL)
  const asked = answering(stored('"1"'), changed('"2"', 'theirs'), changed('"2"', 'theirs'))
  await persistence.load()
  const conflict = { name: 'ConflictError', code: 'WF_WORKFLOW_CHANGED', theirs: named('theirs') }
  await expect(persistence.save(named('mine'))).rejects.toMatchObject(conflict)
  await expect(persistence.save(named('mine'))).rejects.toMatchObject(conflict)
  expect(asked[2]?.headers.get('If-Match')).toBe('"1"')
})

test('who overwrites replaces what they were shown, and nothing newer', async () => {
  const persistence = createServerPersistence(URL)
  const asked = answering(stored('"1"'), changed('"2"', 'theirs'), changed('"3"', 'newer'), saved('"4"'), saved('"5"'))
  await persistence.load()
  await expect(persistence.save(named('mine'))).rejects.toThrow()
  const again = persistence.save(named('mine'), { overwrite: true })
  await expect(again).rejects.toMatchObject({ theirs: named('newer') })
  await persistence.save(named('mine'), { overwrite: true })
  await persistence.save(named('more'))
  expect(asked.slice(2).map(({ headers }) => headers.get('If-Match'))).toEqual(['"2"', '"3"', '"4"'])
})

test('who takes theirs loads again, and goes on from there', async () => {
  const persistence = createServerPersistence(URL)
  const asked = answering(stored('"1"'), changed('"2"', 'theirs'), stored('"2"'), saved('"3"'))
  await persistence.load()
  await expect(persistence.save(named('mine'))).rejects.toThrow()
  await persistence.load()
  await persistence.save(named('more'))
  expect(asked[3]?.headers.get('If-Match')).toBe('"2"')
})

test.each([['the answer', new TypeError('Failed to fetch')], ['it behind a proxy', problem(504)]])(
  'a save that arrived, though %s was lost, is no conflict',
  async (_what, lost) => {
    const persistence = createServerPersistence(URL)
    const asked = answering(stored('"1"'), lost, changed('"2"', 'mine'), saved('"3"'))
    await persistence.load()
    await expect(persistence.save(named('mine'))).rejects.toMatchObject({ name: 'ServerError' })
    await persistence.save(named('mine, and more'))
    expect(asked[3]?.headers.get('If-Match')).toBe('"2"')
  },
)

test('after a lost answer, the save of somebody else is a conflict all the same', async () => {
  const persistence = createServerPersistence(URL)
  answering(stored('"1"'), new TypeError('Failed to fetch'), changed('"2"', 'theirs'))
  await persistence.load()
  await expect(persistence.save(named('mine'))).rejects.toThrow()
  await expect(persistence.save(named('mine'))).rejects.toMatchObject({ theirs: named('theirs') })
})

test('other refusals say why', async () => {
  const persistence = createServerPersistence(URL)
  answering(stored('"1"'), problem(413, 'WF_BODY_TOO_LARGE', 'Too large.'))
  await persistence.load()
  await expect(persistence.save(named('mine'))).rejects.toMatchObject({ status: 413, code: 'WF_BODY_TOO_LARGE' })
  answering(new Response('<h1>Bad Gateway</h1>', { status: 502 }))
  await expect(persistence.load()).rejects.toMatchObject({ code: 'HTTP_502', message: 'The server answered 502.' })
})

test('a save outlives its page where the browser lets it', async () => {
  const persistence = createServerPersistence(URL)
  const asked = answering(stored('"1"'), saved('"2"'), saved('"3"'))
  await persistence.load()
  await persistence.save(named('small'), { keepalive: true })
  await persistence.save(named('x'.repeat(70_000)), { keepalive: true })
  expect(asked.map(({ keepalive }) => keepalive)).toEqual([false, true, false])
})

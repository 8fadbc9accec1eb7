import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createEvents } from '../events'
import { createHandle, type WorkflowEditor } from '../handle'
import type { Graph, Json } from '../model/types'
import type { RunEvent, WorkflowServer } from '../wire/types'
import { ownOf } from './canvas'
import { createEditorStore, type EditorStoreOptions, type OwnedStore } from './store'
import { CATALOG, following, MemoryPersistence, serverWith } from './testing'

let store: OwnedStore
let editor: WorkflowEditor
let persistence: MemoryPersistence
/** What the runs of these ids ran. */
let ran: Record<string, Graph>
const heard = vi.fn()

const state = () => store.getState()
const shown = () => Object.keys(state().graph.nodes).sort()
const edited = () => Object.keys(editor.getGraph().nodes).sort()
const event = (name: string, data: Record<string, Json>): RunEvent => ({ name, data })
const begun = (runId: string) => event('run_status', { status: 'running', runId })
const done = event('run_status', { status: 'completed', result: {} })

/** Nodes of these ids, each left of the next. */
function graph(...ids: string[]): Graph {
  const nodes = ids.map((id, at) => ({
    id,
    type: 'pass',
    label: 'PASS',
    position: { x: at * 300, y: 0 },
    size: { width: 220, height: 120 },
    data: {},
    ports: [],
    zIndex: 0,
  }))
  return { nodes: Object.fromEntries(nodes.map((node) => [node.id, node])), edges: {}, metadata: { name: 'Now' } }
}

function open(calls: Partial<WorkflowServer> = {}, options: EditorStoreOptions = {}): void {
  persistence = new MemoryPersistence()
  const runGraph = async (id: string) => ({ graph: ran[id] ?? graph(), version: 3 })
  const server = serverWith({ runGraph, follow: following(begun('old'), done), ...calls })
  const snapshot = { version: 1 as const, graph: graph('a', 'b', 'c') }
  store = createEditorStore({ catalog: CATALOG, persistence, snapshot, server, autosaveMs: 100, ...options })
  const events = createEvents()
  events.follow(store)
  editor = createHandle({ store, view: null }, events, () => undefined)
  heard.mockClear()
  events.on('change', heard)
}

beforeEach(() => {
  vi.useFakeTimers()
  ran = { old: graph('a', 'b', 'gone'), same: graph('a', 'b', 'c'), older: graph('first') }
  open()
})

afterEach(() => {
  store.close()
  vi.useRealTimers()
})

describe('a run of another graph', () => {
  it('is shown on the graph that it ran, which nobody can change', async () => {
    await store.actions.showRun('old')
    expect(shown()).toEqual(['a', 'b', 'gone'])
    expect(state()).toMatchObject({ readOnly: true, issues: [], execution: { state: 'completed', version: 3 } })
  })

  it('leaves what is edited as it was, its selection and its steps of undo too', async () => {
    store.actions.removeNodes(['c'])
    store.actions.select(['a', 'b'])
    const { graph: mine, selectedNodes } = state()
    await store.actions.showRun('old')
    store.actions.select(['gone'])
    store.actions.leaveRun()
    expect(state().graph).toBe(mine)
    expect(state()).toMatchObject({ selectedNodes, readOnly: false, aside: null, execution: { state: 'idle' } })
    store.actions.undo()
    expect(shown()).toEqual(['a', 'b', 'c'])
  })

  it('keeps selected what it has too', async () => {
    store.actions.select(['a', 'c'])
    await store.actions.showRun('old')
    expect([...state().selectedNodes]).toEqual(['a'])
  })

  it('changes nothing for the host, nor for what is saved', async () => {
    store.actions.updateMetadata({ name: 'Mine' })
    heard.mockClear()
    await store.actions.showRun('old')
    await vi.advanceTimersByTimeAsync(10_000)
    store.actions.leaveRun()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(heard).not.toHaveBeenCalled()
    expect(persistence.saves.map((saved) => saved.graph.metadata?.name)).toEqual(['Mine'])
    expect(Object.keys(persistence.saves[0]?.graph.nodes ?? {})).toEqual(['a', 'b', 'c'])
  })

  it('lets the host go on with what is edited', async () => {
    await store.actions.showRun('old')
    expect(edited()).toEqual(['a', 'b', 'c'])
    const id = editor.addNode({ type: 'pass', position: { x: 0, y: 500 } })?.id ?? ''
    expect(edited()).toContain(id)
    expect(JSON.parse(editor.export()).graph.nodes[id]).toBeDefined()
    expect(heard).toHaveBeenCalledTimes(1)
    expect(shown()).toEqual(['a', 'b', 'gone'])
    await vi.advanceTimersByTimeAsync(100)
    expect(persistence.saves).toHaveLength(1)
    store.actions.leaveRun()
    expect(shown()).toContain(id)
    expect([...state().selectedNodes]).toEqual([id])
  })

  it('takes what others saved into what is edited, out of sight', async () => {
    await persistence.save({ version: 1, graph: graph('theirs') })
    await store.actions.showRun('old')
    await store.actions.reload()
    expect(shown()).toEqual(['a', 'b', 'gone'])
    store.actions.leaveRun()
    expect(shown()).toEqual(['theirs'])
  })

  it('validates what is edited, and shows that afterwards', async () => {
    const issue = { code: 'WF_X', message: 'Hm.', severity: 'warning' as const }
    const validate = vi.fn(async () => [issue])
    open({ validate })
    await store.actions.showRun('old')
    await vi.advanceTimersByTimeAsync(1000)
    expect(validate).toHaveBeenCalledExactlyOnceWith(ownOf(state()).graph)
    expect(state().issues).toEqual([])
    store.actions.leaveRun()
    expect(state().issues).toEqual([issue])
  })

  it('gives way to another one without what is edited between them', async () => {
    const seen: string[][] = []
    store.subscribe(({ graph: now }, before) => now !== before.graph && seen.push(Object.keys(now.nodes)))
    await store.actions.showRun('old')
    await store.actions.showRun('older')
    store.actions.leaveRun()
    expect(seen).toEqual([['a', 'b', 'gone'], ['first'], ['a', 'b', 'c']])
  })

  it('gives way to one of the graph that is edited', async () => {
    await store.actions.showRun('old')
    await store.actions.showRun('same')
    expect(shown()).toEqual(['a', 'b', 'c'])
    expect(state()).toMatchObject({ readOnly: false, aside: null })
  })

  it('gives way to a new run, which is one of what is edited', async () => {
    const onRun = vi.fn(async () => ({ result: {} }))
    open({}, { onRun })
    await store.actions.showRun('old')
    await store.actions.run({})
    expect(onRun).toHaveBeenCalledTimes(1)
    expect(shown()).toEqual(['a', 'b', 'c'])
    expect(state().execution).toMatchObject({ state: 'completed', past: false })
    expect(state().execution.version).toBeUndefined()
  })

  it('that cannot be had says so, on what is edited', async () => {
    const runGraph = vi.fn().mockResolvedValueOnce({ graph: graph('first'), version: 1 }).mockRejectedValueOnce(new Error('Gone.'))
    open({ runGraph })
    await store.actions.showRun('older')
    await store.actions.showRun('old')
    expect(state().execution).toMatchObject({ state: 'lost', error: { message: 'Gone.' }, nodes: {} })
    expect(state().aside).toBeNull()
  })

  it('that comes too late is not shown', async () => {
    let answer = (_: { graph: Graph; version: number }): void => undefined
    open({ runGraph: () => new Promise((resolve) => (answer = resolve)) })
    const showing = store.actions.showRun('old')
    store.actions.leaveRun()
    answer({ graph: graph('late'), version: 1 })
    await showing
    expect(state()).toMatchObject({ aside: null, execution: { state: 'idle' } })
  })

  it('stays fixed in an editor that is read-only', async () => {
    open({}, { readOnly: true })
    await store.actions.showRun('old')
    store.actions.leaveRun()
    expect(state().readOnly).toBe(true)
  })
})

describe('a run of the graph that is edited', () => {
  it('is painted on it, which can still be changed', async () => {
    await store.actions.showRun('same')
    expect(state()).toMatchObject({ readOnly: false, aside: null, execution: { past: true, version: 3 } })
  })

  it('is one of it however nodes were moved and the workflow is called', async () => {
    const { nodes } = graph('a', 'b', 'c')
    const moved = Object.values(nodes).map((node) => [node.id, { ...node, position: { x: 7, y: 7 } }])
    ran.same = { nodes: Object.fromEntries(moved), edges: {}, metadata: { name: 'Then' } }
    await store.actions.showRun('same')
    expect(state().aside).toBeNull()
  })

  it('is no longer one when a setting is another', async () => {
    store.actions.updateNodeData('a', { prompt: 'New' })
    await store.actions.showRun('same')
    expect(state().graph.nodes.a?.data).toEqual({})
    expect(editor.getGraph().nodes.a?.data).toEqual({ prompt: 'New' })
  })
})

describe('a run that is taken up', () => {
  it('is shown on the graph that it runs, once it is known which one it is', async () => {
    await editor.runSession(async () => {
      editor.clearExecutionState()
      editor.receive(begun('old'))
      await vi.advanceTimersByTimeAsync(200)
      expect(shown()).toEqual(['a', 'b', 'gone'])
      editor.receive(done)
    })
    expect(state().execution).toMatchObject({ state: 'completed', past: false, version: 3 })
  })

  it('goes on to be painted when one goes back to editing', async () => {
    await editor.runSession(async () => {
      editor.receive(begun('old'))
      await vi.advanceTimersByTimeAsync(200)
      store.actions.leaveRun()
      expect(shown()).toEqual(['a', 'b', 'c'])
      editor.receive(done)
    })
    expect(state()).toMatchObject({ aside: null, execution: { state: 'completed' } })
  })

  it('after a reload of the page is shown on the graph that it runs', async () => {
    await store.runner.watch('old', false)
    expect(shown()).toEqual(['a', 'b', 'gone'])
    expect(state().execution).toMatchObject({ past: false, version: 3 })
  })
})

it('a graph of five hundred nodes is compared in no time', async () => {
  const ids = Array.from({ length: 500 }, (_, n) => `n${n}`)
  ran.big = graph(...ids)
  store.actions.replaceGraph(graph(...ids))
  const began = performance.now()
  await store.actions.showRun('big')
  expect(performance.now() - began).toBeLessThan(200)
  expect(state().aside).toBeNull()
})

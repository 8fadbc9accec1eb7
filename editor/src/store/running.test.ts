import { afterEach, describe, expect, it, vi } from 'vitest'

import type { Json } from '../model/types'
import type { RunEvent, WorkflowServer } from '../wire/types'
import { createEditorStore, type EditorStoreOptions, type OwnedStore } from './store'
import { CATALOG, following, serverWith } from './testing'
import type { Decision, RunRequest } from './types'

let store: OwnedStore
const open = (options: EditorStoreOptions = {}): OwnedStore =>
  (store = createEditorStore({ catalog: CATALOG, ...options }))
const picture = () => store.getState().execution

afterEach(() => store.close())

let id = 0
function event(name: string, data: Record<string, Json>): RunEvent {
  id += 1
  return { id, name, data }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new DOMException('Stopped.', 'AbortError'))),
  )
}

const started = () => event('run_status', { status: 'running', runId: 'r1' })
const completed = () => event('run_status', { status: 'completed', result: { out: 'x' } })
const suspension = { runId: 'r1', nodeId: 'a', instructions: 'Well?', data: 'draft' }

describe('a run', () => {
  it('is painted by its events and ends with its result', async () => {
    open({
      onRun: async () => {
        store.runner.receive(started())
        store.runner.receive(event('node_chunk', { nodeId: 'a', delta: 'Hi' }))
        store.runner.receive(completed())
      },
    })
    await store.actions.run({})
    expect(picture()).toMatchObject({ state: 'completed', result: { out: 'x' }, nodes: { a: { text: 'Hi' } } })
  })

  it('gives its inputs to the host, whose answer will do for a result', async () => {
    const onRun = vi.fn(async ({ inputs }: RunRequest) => ({ status: 'completed', result: inputs }))
    open({ onRun })
    await store.actions.run({ n: 1 })
    expect(picture()).toMatchObject({ state: 'completed', result: { n: 1 } })
  })

  it('that fails shows why', async () => {
    open({ onRun: async () => Promise.reject(Object.assign(new Error('No.'), { code: 'WF_X', hint: 'Yes.', retryAfterMs: 5000 })) })
    await store.actions.run({})
    expect(picture()).toMatchObject({ state: 'error', error: { message: 'No.', code: 'WF_X', hint: 'Yes.', retryAfterMs: 5000 } })
  })

  it('that was told to have failed keeps the error that it told', async () => {
    open({
      onRun: async () => {
        store.runner.receive(event('run_status', { status: 'error', error: { message: 'Told.' } }))
        throw new Error('Thrown.')
      },
    })
    await store.actions.run({})
    expect(picture().error?.message).toBe('Told.')
  })

  it('is alone: another one does not begin', async () => {
    const onRun = vi.fn(({ signal }: RunRequest) => aborted(signal))
    open({ onRun })
    const first = store.actions.run({})
    await store.actions.run({})
    await vi.waitFor(() => expect(onRun).toHaveBeenCalled())
    store.actions.cancelRun()
    await first
    expect(onRun).toHaveBeenCalledTimes(1)
  })

  it('that is cancelled stops what was running', async () => {
    open({
      onRun: async ({ signal }) => {
        store.runner.receive(started())
        store.runner.receive(event('node_status', { nodeId: 'a', status: 'running' }))
        await aborted(signal)
      },
    })
    const run = store.actions.run({})
    await vi.waitFor(() => expect(picture().nodes.a?.status).toBe('running'))
    store.actions.cancelRun()
    await run
    expect(picture()).toMatchObject({ state: 'cancelled', nodes: { a: { status: 'cancelled' } } })
  })

  it('begins with a clean picture', async () => {
    open({ onRun: async () => ({}) })
    store.runner.setNodeStatus('old', 'complete')
    await store.actions.run({})
    expect(picture().nodes).toEqual({})
  })

  it('is not confused by a replay after a lost connection', async () => {
    open()
    const usage = event('model_usage', { nodeId: 'a', model: 'm', inputTokens: 1, outputTokens: 1 })
    store.runner.receive(usage)
    store.runner.receive(usage)
    await vi.waitFor(() => expect(picture().nodes.a?.usage).toHaveLength(1))
  })
})

describe('a question', () => {
  it('pauses the run until it is decided', async () => {
    let decision: Decision | null = null
    open({
      onRun: async ({ signal }) => {
        decision = await store.runner.ask(suspension, signal)
        return { result: {} }
      },
    })
    const run = store.actions.run({})
    await vi.waitFor(() => expect(picture()).toMatchObject({ state: 'paused', suspension }))
    expect(picture().nodes.a?.status).toBe('waiting')
    store.actions.decide({ branch: 'approved', data: 'better' })
    expect(picture()).toMatchObject({ state: 'running', suspension: undefined })
    await run
    expect(decision).toEqual({ branch: 'approved', data: 'better' })
    expect(picture().state).toBe('completed')
  })

  it('is dropped when the run is cancelled', async () => {
    let decision: Decision | null | undefined
    open({
      onRun: async ({ signal }) => {
        decision = await store.runner.ask(suspension, signal)
      },
    })
    const run = store.actions.run({})
    await vi.waitFor(() => expect(picture().state).toBe('paused'))
    store.actions.cancelRun()
    await run
    expect(decision).toBeNull()
    expect(picture()).toMatchObject({ state: 'cancelled', nodes: { a: { status: 'cancelled' } } })
  })

  it('of a run that is only watched is answered through the server', async () => {
    const decide = vi.fn(async () => {})
    const events = [started(), event('run_status', { status: 'paused', suspension })]
    open({ server: serverWith({ decide, follow: following(...events) }) })
    await store.actions.showRun('r1')
    store.actions.decide({ branch: 'rejected' })
    store.actions.decide({ branch: 'approved' })
    expect(decide).toHaveBeenCalledExactlyOnceWith('r1', 'a', { branch: 'rejected' })
  })
})

describe('a run of the history', () => {
  it('is painted as it ended', async () => {
    open({ server: serverWith({ follow: following(started(), completed()) }) })
    await store.actions.showRun('r1')
    expect(picture()).toMatchObject({ state: 'completed', past: true, runId: 'r1', result: { out: 'x' } })
  })

  it('gives way to another one, and to a new run', async () => {
    const follow = vi.fn((_run: string, _onEvent: unknown, signal: AbortSignal) => aborted(signal))
    open({ server: serverWith({ follow }), onRun: async () => ({ result: { own: 1 } }) })
    void store.actions.showRun('r1')
    await vi.waitFor(() => expect(follow).toHaveBeenCalledTimes(1))
    void store.actions.showRun('r2')
    await vi.waitFor(() => expect(follow).toHaveBeenCalledTimes(2))
    expect(follow.mock.calls.map(([, , signal]) => signal.aborted)).toEqual([true, false])
    await store.actions.run({})
    expect(picture()).toMatchObject({ state: 'completed', past: false, result: { own: 1 } })
  })

  it('that still goes on is cancelled on the server', async () => {
    const cancel = vi.fn(async () => {})
    open({
      server: serverWith({
        cancel,
        follow: async (_run, onEvent, signal) => {
          onEvent(started())
          await aborted(signal)
        },
      }),
    })
    void store.actions.showRun('r1')
    await vi.waitFor(() => expect(picture().state).toBe('running'))
    store.actions.cancelRun()
    expect(cancel).toHaveBeenCalledExactlyOnceWith('r1')
  })

  it('says so when it cannot be read', async () => {
    open({ server: serverWith({ follow: () => Promise.reject(new Error('Gone.')) }) })
    await store.actions.showRun('r1')
    expect(picture()).toMatchObject({ state: 'lost', error: { message: 'Gone.' } })
  })

  it('is not told what was refused to another one', async () => {
    let refuse = (_: Error): void => undefined
    const refused = (): Promise<void> => new Promise((_, reject) => (refuse = reject))
    const paused = event('run_status', { status: 'paused', suspension })
    const follow: WorkflowServer['follow'] = async (runId, onEvent) => onEvent(runId === 'r1' ? paused : completed())
    open({ server: serverWith({ decide: refused, follow }) })
    await store.actions.showRun('r1')
    store.actions.decide({ branch: 'approved' })
    await store.actions.showRun('r2')
    refuse(new Error('Decided already.'))
    await new Promise((resolve) => setTimeout(resolve))
    expect(picture()).toMatchObject({ state: 'completed', runId: 'r2' })
    expect(picture().error).toBeUndefined()
  })
})

describe('a run of the history, while this page drives another', () => {
  const past = (_runId: string, onEvent: (event: RunEvent) => void): Promise<void> =>
    Promise.resolve([event('run_status', { status: 'running', runId: 'old' }), completed()].forEach(onEvent))
  let signal: AbortSignal
  let running: Promise<void>

  async function drive(work: (signal: AbortSignal) => Promise<unknown> = aborted): Promise<void> {
    const onRun = async (request: RunRequest): Promise<unknown> => {
      signal = request.signal
      store.runner.receive(started())
      store.runner.receive(event('node_status', { nodeId: 'a', status: 'running' }))
      return work(signal)
    }
    open({ onRun, server: serverWith({ follow: past }) })
    running = store.actions.run({})
    await vi.waitFor(() => expect(picture().nodes.a).toBeDefined())
  }

  it('is shown, and the other goes on out of sight until one comes back to it', async () => {
    await drive()
    await store.actions.showRun('old')
    expect(picture()).toMatchObject({ state: 'completed', past: true, runId: 'old' })
    expect(picture().nodes.a).toBeUndefined()
    store.runner.receive(event('node_chunk', { nodeId: 'a', delta: 'Hi' }))
    await vi.waitFor(() => expect(store.getState().behind?.execution.nodes.a?.text).toBe('Hi'))
    expect(picture().nodes.a).toBeUndefined()
    store.actions.leaveRun()
    expect(picture()).toMatchObject({ state: 'running', runId: 'r1', nodes: { a: { status: 'running', text: 'Hi' } } })
    expect(store.getState().behind).toBeNull()
    expect(signal.aborted).toBe(false)
    store.actions.cancelRun()
    await running
    expect(picture().state).toBe('cancelled')
  })

  it('is what Cancel is about', async () => {
    await drive()
    await store.actions.showRun('old')
    store.actions.cancelRun()
    expect(signal.aborted).toBe(false)
    store.actions.leaveRun()
    expect(picture().state).toBe('running')
  })

  it('does not take the answer that the other waits for', async () => {
    let decision: Decision | null | undefined
    await drive(async (within) => (decision = await store.runner.ask(suspension, within)))
    await vi.waitFor(() => expect(picture().state).toBe('paused'))
    await store.actions.showRun('old')
    store.actions.decide({ branch: 'approved' })
    expect(decision).toBeUndefined()
    store.actions.leaveRun()
    expect(picture()).toMatchObject({ state: 'paused', suspension })
    store.actions.decide({ branch: 'rejected' })
    await running
    expect(decision).toEqual({ branch: 'rejected' })
  })

  it('stays in sight when that ends, whose result is there afterwards', async () => {
    let finish = (_: unknown): void => undefined
    await drive(() => new Promise((resolve) => (finish = resolve)))
    await store.actions.showRun('old')
    finish({ result: { own: 1 } })
    await running
    expect(picture().runId).toBe('old')
    store.actions.leaveRun()
    expect(picture()).toMatchObject({ state: 'completed', runId: 'r1', result: { own: 1 } })
  })

  it('gives way to it when that is picked in the history', async () => {
    await drive()
    await store.actions.showRun('old')
    await store.actions.showRun('r1')
    expect(picture()).toMatchObject({ state: 'running', past: false, runId: 'r1' })
    expect(store.getState().behind).toBeNull()
  })
})

describe('a run of which the way is lost', () => {
  it('is not said to have failed', async () => {
    const lost = Object.assign(new Error('Gone quiet.'), { name: 'RunLostError' })
    open({
      onRun: async () => {
        store.runner.receive(started())
        store.runner.receive(event('node_status', { nodeId: 'a', status: 'running' }))
        throw lost
      },
    })
    await store.actions.run({})
    expect(picture()).toMatchObject({ state: 'lost', error: { message: 'Gone quiet.' }, nodes: { a: { status: 'running' } } })
  })
})

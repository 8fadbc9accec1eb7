import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createEditorStore, type EditorStoreOptions, type OwnedStore } from './store'
import { CATALOG, EMPTY, MemoryPersistence, serverWith, snapshotNamed } from './testing'

let store: OwnedStore
const open = (options: EditorStoreOptions = {}): OwnedStore =>
  (store = createEditorStore({ catalog: CATALOG, ...options }))
const graph = () => store.getState().graph

beforeEach(() => {
  vi.useFakeTimers()
  open()
})

afterEach(() => {
  store.close()
  vi.useRealTimers()
})

function twoNodes(): [string, string] {
  return [store.actions.addNode('pass', { x: 0, y: 0 }), store.actions.addNode('pass', { x: 300, y: 0 })]
}

function join(from: string, to: string): boolean {
  return store.actions.addEdge({ sourceNodeId: from, sourcePortId: 'out', targetNodeId: to, targetPortId: 'in' })
}

describe('editing', () => {
  it('adds a node of a known type, and selects it', () => {
    const id = store.actions.addNode('pass', { x: 10, y: 20 })
    expect(graph().nodes[id]).toMatchObject({ type: 'pass', position: { x: 10, y: 20 } })
    expect([...store.getState().selectedNodes]).toEqual([id])
    expect(store.actions.addNode('nonsense', { x: 0, y: 0 })).toBe('')
  })

  it('adds a unique node once', () => {
    expect(store.actions.addNode('input', { x: 0, y: 0 })).not.toBe('')
    expect(store.actions.addNode('input', { x: 0, y: 0 })).toBe('')
    expect(Object.keys(graph().nodes)).toHaveLength(1)
  })

  it('connects only what fits, and never in a circle', () => {
    const [a, b] = twoNodes()
    const sum = store.actions.addNode('sum', { x: 0, y: 0 })
    expect(join(a, b)).toBe(true)
    expect(join(b, a)).toBe(false)
    expect(join(a, sum)).toBe(false)
    expect(Object.keys(graph().edges)).toHaveLength(1)
  })

  it('removes edges with the ports that a config takes away', () => {
    const field = (name: string) => ({ name, dataType: 'string' })
    const input = store.actions.addNode('input', { x: 0, y: 0 }, { fields: [field('a'), field('b')] })
    const [to] = twoNodes()
    store.actions.addEdge({ sourceNodeId: input, sourcePortId: 'b', targetNodeId: to, targetPortId: 'in' })
    store.actions.updateNodeData(input, { fields: [field('a')] })
    expect(graph().edges).toEqual({})
    store.actions.undo()
    expect(Object.keys(graph().edges)).toHaveLength(1)
  })

  it('drops from the selection what is gone', () => {
    const [a, b] = twoNodes()
    store.actions.select([a, b])
    store.actions.removeNodes([a])
    expect([...store.getState().selectedNodes]).toEqual([b])
  })

  it('deletes, copies and duplicates the selection', () => {
    const [a, b] = twoNodes()
    join(a, b)
    store.actions.select([a, b])
    store.actions.duplicateSelection()
    expect(Object.keys(graph().nodes)).toHaveLength(4)
    expect(Object.keys(graph().edges)).toHaveLength(2)
    const text = store.actions.copySelection()
    store.actions.deleteSelection()
    expect(Object.keys(graph().nodes)).toHaveLength(2)
    store.actions.paste(text)
    expect(Object.keys(graph().nodes)).toHaveLength(4)
    expect(store.getState().selectedNodes.size).toBe(2)
  })

  it('pastes nothing from a clipboard that holds something else', () => {
    store.actions.paste('a sentence')
    store.actions.paste('[1]')
    expect(graph()).toEqual(EMPTY)
  })

  it('leaves a graph alone that is read-only', () => {
    open({ readOnly: true, snapshot: snapshotNamed('Fixed') })
    store.actions.addNode('pass', { x: 0, y: 0 })
    store.actions.updateMetadata({ name: 'Other' })
    store.actions.replaceGraph(EMPTY)
    expect(graph().metadata?.name).toBe('Fixed')
    expect(store.getState().canUndo).toBe(false)
  })

  it('that takes another graph keeps what the workflow is called, where that says nothing of it', () => {
    store.actions.updateMetadata({ name: 'Mine', description: 'About' })
    store.actions.replaceGraph({ ...EMPTY, metadata: { name: ' ', exposedAsTool: true } })
    expect(store.getState().graph.metadata).toEqual({ name: 'Mine', description: 'About', exposedAsTool: true })
    store.actions.replaceGraph({ ...EMPTY, metadata: { name: 'Theirs', description: '' } })
    expect(store.getState().graph.metadata).toEqual({ name: 'Theirs', description: '' })
  })
})

describe('undo', () => {
  it('goes back and forth through structural changes', () => {
    const [a, b] = twoNodes()
    join(a, b)
    store.actions.removeNodes([a])
    store.actions.undo()
    expect(Object.keys(graph().edges)).toHaveLength(1)
    store.actions.undo()
    store.actions.undo()
    store.actions.undo()
    expect(graph()).toEqual(EMPTY)
    expect(store.getState()).toMatchObject({ canUndo: false, canRedo: true })
    store.actions.redo()
    expect(Object.keys(graph().nodes)).toEqual([a])
  })

  it('takes a drag and a typed word as one step each', () => {
    const [a] = twoNodes()
    for (let x = 1; x <= 10; x += 1) store.actions.moveNodes({ [a]: { x, y: 0 } })
    for (const text of ['H', 'He', 'Hey']) store.actions.updateNodeData(a, { note: text })
    store.actions.undo()
    expect(graph().nodes[a]?.data.note).toBeUndefined()
    expect(graph().nodes[a]?.position.x).toBe(10)
    store.actions.undo()
    expect(graph().nodes[a]?.position.x).toBe(0)
  })

  it('brings back what was there before another graph was put in', () => {
    const [a] = twoNodes()
    store.actions.replaceGraph(EMPTY)
    store.actions.undo()
    expect(graph().nodes[a]).toBeDefined()
  })
})

describe('saving', () => {
  it('follows edits, undo among them', async () => {
    const persistence = new MemoryPersistence()
    open({ persistence, autosaveMs: 100 })
    store.actions.addNode('pass', { x: 0, y: 0 })
    expect(store.getState().saving.state).toBe('dirty')
    await vi.advanceTimersByTimeAsync(100)
    store.actions.undo()
    await vi.advanceTimersByTimeAsync(100)
    expect(persistence.saves.map(({ graph: { nodes } }) => Object.keys(nodes).length)).toEqual([1, 0])
    expect(store.getState().saving.state).toBe('saved')
  })

  it('never happens in an editor that is read-only', async () => {
    const persistence = new MemoryPersistence(snapshotNamed('Fixed'))
    open({ persistence, snapshot: snapshotNamed('Fixed'), readOnly: true })
    store.actions.setViewport({ x: 1, y: 2, zoom: 1 })
    await store.actions.saveNow()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(persistence.saves).toEqual([])
  })

  it('keeps where one looked', async () => {
    const persistence = new MemoryPersistence()
    open({ persistence, snapshot: snapshotNamed('Here') })
    store.actions.setViewport({ x: 1, y: 2, zoom: 1 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(persistence.saves.map(({ viewport }) => viewport)).toEqual([{ x: 1, y: 2, zoom: 1 }])
  })

  it('keeps places that nobody gave with the first edit, not with the first look', async () => {
    const [a, b] = twoNodes()
    store.actions.moveNodes({ [a]: { x: 0, y: 0 }, [b]: { x: 0, y: 0 } })
    const stacked = { version: 1 as const, graph: graph() }
    store.close()
    const persistence = new MemoryPersistence(stacked)
    open({ persistence, snapshot: stacked })
    const places = () => Object.values(graph().nodes).map((node) => node.position)
    expect(places()[0]).not.toEqual(places()[1])
    store.actions.setViewport({ x: 1, y: 2, zoom: 1 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(persistence.saves).toEqual([])
    store.actions.setNodeName(a, 'First')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(persistence.saves).toEqual([{ version: 1, graph: graph(), viewport: { x: 1, y: 2, zoom: 1 } }])
  })

  it('takes theirs in a conflict, and leaves mine one undo away', async () => {
    const persistence = new MemoryPersistence(snapshotNamed('Theirs'))
    vi.spyOn(persistence, 'save').mockRejectedValueOnce(
      Object.assign(new Error('Too late.'), { name: 'ConflictError', theirs: snapshotNamed('Theirs') }),
    )
    open({ persistence, snapshot: snapshotNamed('Old') })
    store.actions.updateMetadata({ name: 'Mine' })
    await store.actions.saveNow()
    expect(store.getState().saving).toMatchObject({ state: 'conflict', theirs: snapshotNamed('Theirs') })
    store.actions.takeTheirs()
    await vi.advanceTimersByTimeAsync(0)
    expect(graph().metadata?.name).toBe('Theirs')
    expect(store.getState().saving).toEqual({ state: 'saved' })
    store.actions.undo()
    expect(graph().metadata?.name).toBe('Mine')
  })

  it('leaves no timer when the editor is closed', () => {
    open({ persistence: new MemoryPersistence(), server: serverWith({}) })
    store.actions.addNode('pass', { x: 0, y: 0 })
    store.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('shows what the server finds wrong, after every edit', async () => {
  const validate = vi.fn(async () => [{ code: 'WF_X', message: 'Hm.', severity: 'warning' as const }])
  open({ server: serverWith({ validate }) })
  await vi.advanceTimersByTimeAsync(1000)
  store.actions.addNode('pass', { x: 0, y: 0 })
  await vi.advanceTimersByTimeAsync(1000)
  expect(validate).toHaveBeenCalledTimes(2)
  expect(store.getState().issues).toHaveLength(1)
})

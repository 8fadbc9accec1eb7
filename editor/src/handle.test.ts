import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createEvents, type Events } from './events'
import { createHandle, type Stage, type WorkflowEditor } from './handle'
import { GraphFormatError } from './model/read'
import { createEditorStore } from './store/store'
import { CATALOG, EMPTY, MemoryPersistence } from './store/testing'

let stage: Stage
let events: Events
let editor: WorkflowEditor
let persistence: MemoryPersistence

beforeEach(() => {
  persistence = new MemoryPersistence()
  stage = { store: createEditorStore({ catalog: CATALOG, persistence }), view: null }
  events = createEvents()
  events.follow(stage.store)
  editor = createHandle(stage, events, () => undefined)
})

afterEach(() => stage.store.close())

function pass(x = 0): string {
  const node = editor.addNode({ type: 'pass', position: { x, y: 0 } })
  if (!node) throw new Error('No node.')
  return node.id
}

describe('the graph', () => {
  it('is built and taken apart', () => {
    const [a, b] = [pass(), pass(300)]
    const edge = editor.addEdge({ sourceNodeId: a, sourcePortId: 'out', targetNodeId: b, targetPortId: 'in' })
    expect(edge).toMatchObject({ sourceNodeId: a, targetNodeId: b })
    expect(editor.addEdge({ sourceNodeId: b, sourcePortId: 'out', targetNodeId: a, targetPortId: 'in' })).toBeNull()
    editor.setNodeName(a, 'First')
    editor.updateNodeData(a, { note: 1 })
    expect(editor.getGraph().nodes[a]).toMatchObject({ name: 'First', data: { note: 1 } })
    editor.removeEdge(edge?.id ?? '')
    editor.removeNode(b)
    expect(Object.keys(editor.getGraph().nodes)).toEqual([a])
    expect(editor.addNode({ type: 'nonsense', position: { x: 0, y: 0 } })).toBeNull()
  })

  it('is given away as a copy', () => {
    const id = pass()
    delete editor.getGraph().nodes[id]
    expect(editor.getGraph().nodes[id]).toBeDefined()
  })

  it('leaves as a text and comes back, as one step of undo', () => {
    const id = pass()
    const text = editor.export()
    editor.import(EMPTY)
    editor.import(text)
    expect(Object.keys(editor.getGraph().nodes)).toEqual([id])
    editor.undo()
    expect(editor.getGraph()).toEqual(EMPTY)
    expect([editor.canUndo(), editor.canRedo()]).toEqual([true, true])
    expect(() => editor.import('a sentence')).toThrow(GraphFormatError)
  })
})

describe('events', () => {
  it('tell of changes, selection and saving, until nobody listens', async () => {
    const heard: string[] = []
    const stops = [
      editor.on('change', (graph) => heard.push(`change ${Object.keys(graph.nodes).length}`)),
      editor.on('selectionChange', ({ nodeIds }) => heard.push(`selected ${nodeIds.length}`)),
      editor.on('persistenceStateChange', ({ state }) => heard.push(state)),
    ]
    const id = pass()
    editor.selectNodes([])
    await editor.save()
    expect(heard).toEqual(['change 1', 'selected 1', 'dirty', 'selected 0', 'saving', 'saved'])
    stops.forEach((stop) => stop())
    editor.removeNode(id)
    expect(heard).toHaveLength(6)
  })

  it('tell why a save failed, and so does save', async () => {
    vi.spyOn(persistence, 'save').mockRejectedValue(Object.assign(new Error('Full.'), { status: 413, code: 'WF_FULL' }))
    const failures: unknown[] = []
    editor.on('persistenceError', (error) => failures.push(error))
    pass()
    await expect(editor.save()).rejects.toMatchObject({ message: 'Full.', code: 'WF_FULL' })
    expect(failures).toEqual([{ message: 'Full.', code: 'WF_FULL' }])
  })
})

describe('a run that is painted by hand', () => {
  it('shows what nodes and edges do', async () => {
    const work = editor.runSession(async () => {
      editor.setNodeStatus('a', 'running')
      editor.setNodeRunData('a', { streamedText: 'Hi', inputs: { x: 1 } })
      editor.setEdgeStatus('e', 'active')
      return { result: { out: 'Hi' } }
    })
    expect(stage.store.getState().execution.state).toBe('running')
    await work
    expect(stage.store.getState().execution).toMatchObject({
      state: 'completed',
      result: { out: 'Hi' },
      nodes: { a: { text: 'Hi', inputs: { x: 1 } } },
      edges: { e: 'idle' },
    })
    editor.clearExecutionState()
    expect(stage.store.getState().execution).toMatchObject({ state: 'idle', nodes: {} })
  })

  it('asks for an approval in both ways of saying it', async () => {
    const asked = editor.requestApproval({ nodeId: 'a', instructions: 'Well?', data: 1 })
    stage.store.actions.decide({ branch: 'rejected', data: 2 })
    expect(await asked).toEqual({ branch: 'rejected', approved: false, data: 2 })
  })

  it('stops asking when its signal aborts', async () => {
    const controller = new AbortController()
    const asked = editor.requestApproval({ nodeId: 'a', instructions: '', signal: controller.signal })
    controller.abort()
    expect(await asked).toBeNull()
  })

  it('rejects as its work does, and is one at a time', async () => {
    const failing = editor.runSession(() => Promise.reject(new Error('No.')))
    await expect(editor.runSession(async () => undefined)).rejects.toMatchObject({ code: 'WF_EDITOR_BUSY' })
    await expect(failing).rejects.toThrow('No.')
    expect(stage.store.getState().execution.state).toBe('error')
  })
})

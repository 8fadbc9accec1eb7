// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createWorkflowEditor, type EditorOptions } from './editor'
import type { WorkflowEditor } from './handle'
import { CATALOG, following, MemoryPersistence, serverWith, snapshotNamed } from './store/testing'
import type { EditorStore } from './store/types'
import { mount } from './view/mount'

vi.mock('./view/mount', () => ({
  mount: vi.fn(() => ({ fitView: vi.fn(), focusNode: vi.fn(), setTheme: vi.fn(), unmount: vi.fn() })),
}))

let element: HTMLElement
let editor: WorkflowEditor

function open(options: EditorOptions): WorkflowEditor {
  return (editor = createWorkflowEditor(element, options))
}

async function ready(options: EditorOptions): Promise<EditorStore> {
  await new Promise<void>((resolve) => {
    open({ ...options, onReady: resolve })
  })
  return vi.mocked(mount).mock.lastCall?.[1] as EditorStore
}

beforeEach(() => {
  vi.mocked(mount).mockClear()
  sessionStorage.clear()
  element = document.createElement('div')
})

afterEach(() => editor.destroy())

describe('an editor', () => {
  it('shows what is stored once it is loaded', async () => {
    open({ server: null, persistence: new MemoryPersistence(snapshotNamed('Stored')) })
    expect(element.textContent).toContain('Loading')
    await vi.waitFor(() => expect(mount).toHaveBeenCalled())
    expect(editor.getGraph().metadata?.name).toBe('Stored')
  })

  it('begins empty where nothing is stored, and without persistence', async () => {
    await ready({ server: null, persistence: new MemoryPersistence() })
    expect(editor.getGraph().nodes).toEqual({})
    editor.destroy()
    await ready({ server: null })
    expect(editor.getGraph().nodes).toEqual({})
  })

  it('says why it cannot be loaded, and tries again when asked', async () => {
    const persistence = new MemoryPersistence(snapshotNamed('Stored'))
    vi.spyOn(persistence, 'load').mockRejectedValueOnce(new Error('No network.'))
    open({ server: null, persistence })
    const failures: string[] = []
    editor.on('persistenceError', ({ message }) => failures.push(message))
    await vi.waitFor(() => expect(element.textContent).toContain('No network.'))
    expect(failures).toEqual(['No network.'])
    element.querySelector('button')?.click()
    await vi.waitFor(() => expect(editor.getGraph().metadata?.name).toBe('Stored'))
  })

  it('offers the node types of the server', async () => {
    const store = await ready({ server: serverWith({ catalog: async () => CATALOG }) })
    expect(store.getState().catalog).toBe(CATALOG)
    expect(editor.addNode({ type: 'pass', position: { x: 0, y: 0 } })).not.toBeNull()
  })

  it('takes node types and a way to open a node from the page, where there is no server', async () => {
    const onOpen = vi.fn()
    const store = await ready({ server: null, catalog: CATALOG, onOpen })
    expect(store.getState().catalog).toBe(CATALOG)
    expect(vi.mocked(mount).mock.lastCall?.[2]).toMatchObject({ onOpen })
  })

  it('leaves the element empty and saves nothing more when it is destroyed', async () => {
    const persistence = new MemoryPersistence()
    await ready({ server: serverWith({ catalog: async () => CATALOG }), persistence, autosaveMs: 1 })
    editor.addNode({ type: 'pass', position: { x: 0, y: 0 } })
    editor.destroy()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(element.childNodes).toHaveLength(0)
    expect(persistence.saves).toEqual([])
  })

  it('that is destroyed while it loads never appears', async () => {
    open({ server: null, persistence: new MemoryPersistence() })
    editor.destroy()
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(mount).not.toHaveBeenCalled()
  })

  it('saves when the page is hidden', async () => {
    const persistence = new MemoryPersistence()
    const save = vi.spyOn(persistence, 'save')
    await ready({ server: serverWith({ catalog: async () => CATALOG }), persistence })
    editor.addNode({ type: 'pass', position: { x: 0, y: 0 } })
    window.dispatchEvent(new Event('pagehide'))
    await vi.waitFor(() => expect(save).toHaveBeenCalledExactlyOnceWith(expect.anything(), { keepalive: true }))
  })
})

describe('a run that went on when the page was left', () => {
  const started = { id: 1, name: 'run_status', data: { status: 'running', runId: 'r1' } }
  const completed = { id: 2, name: 'run_status', data: { status: 'completed', result: {} } }
  const catalog = async () => CATALOG

  it('is painted again after a reload, and forgotten at its end', async () => {
    const never = () => new Promise<never>(() => undefined)
    const before = await ready({ server: serverWith({ catalog }), onRun: never })
    void before.actions.run({})
    editor.receive(started)
    await vi.waitFor(() => expect(sessionStorage).toHaveLength(1))
    editor.destroy()
    expect(sessionStorage).toHaveLength(1)

    const after = await ready({ server: serverWith({ catalog, follow: following(started, completed) }) })
    await vi.waitFor(() => expect(after.getState().execution.state).toBe('completed'))
    expect(after.getState().execution).toMatchObject({ past: false, runId: 'r1' })
    expect(sessionStorage).toHaveLength(0)
  })

  it('is forgotten when the server does not know it any more', async () => {
    sessionStorage.setItem('wayflow-run:w', 'r1')
    const follow = vi.fn(() => Promise.reject(Object.assign(new Error('Gone.'), { status: 404 })))
    const store = await ready({ server: serverWith({ catalog, follow }) })
    await vi.waitFor(() => expect(sessionStorage).toHaveLength(0))
    expect(store.getState().execution.state).toBe('idle')
  })
})

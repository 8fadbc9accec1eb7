/** Makes an editor in an element of a page, and takes it out again. */

import { createEvents, type Events } from './events'
import { createHandle, type Stage, type WorkflowEditor } from './handle'
import { showFailure, showLoading } from './loading'
import type { Catalog } from './model/types'
import { BusyError } from './store/busy'
import { errorOf } from './store/execution'
import { lastRun, noteRuns, tabNotes } from './store/lastRun'
import { createEditorStore, type OwnedStore } from './store/store'
import type { Persistence, RunRequest } from './store/types'
import { mount } from './view/mount'
import type { ServerPersistence } from './wire/persistence'
import { createWorkflowServer, workflowServerBeside } from './wire/server'
import type { WorkflowServer } from './wire/types'

export interface EditorOptions {
  /** Where the graph is loaded from and saved to; without it the editor begins empty and saves nothing. */
  persistence?: Persistence | ServerPersistence
  /** What Run does, usually `run(…)`. Without it there is nothing to run. */
  onRun?: (request: RunRequest) => Promise<unknown>
  /** The editor is there: now `attachPending(…)` can show what waits for a person. */
  onReady?: () => unknown
  /** Shows the graph and its runs, and changes nothing. */
  readOnly?: boolean
  /** Without it the editor follows the system. */
  theme?: 'light' | 'dark'
  /**
   * Who offers node types, models, tools, validation, versions and the history of runs. By
   * default the server of `workflowId`, or that of `persistence`; null for none at all.
   */
  server?: WorkflowServer | null
  /** Node types, models and tools, where no server offers them. */
  catalog?: Catalog
  /** A workflow of the server that the page comes from. */
  workflowId?: string
  /** How long edits must pause before they are saved, in ms. */
  autosaveMs?: number
  /**
   * Shows a node that was clicked, or on which Enter was pressed, in the page's own way. The
   * editor is its canvas alone then, and the wheel scrolls the page: with Ctrl it zooms.
   */
  onOpen?: (nodeId: string) => void
}

/** Fills `element` with an editor. It loads by itself; `onReady` tells when that is done. */
export function createWorkflowEditor(element: HTMLElement, options: EditorOptions = {}): WorkflowEditor {
  const events = createEvents()
  const stage: Stage = { store: createEditorStore({ readOnly: true }), view: null }
  const server = serverOf(options)
  let stop: (() => void) | null = null
  let isGone = false

  const open = async (): Promise<void> => {
    showLoading(element)
    try {
      const [snapshot, catalog] = await Promise.all([options.persistence?.load() ?? null, server?.catalog() ?? options.catalog])
      if (isGone) return
      stage.store = createEditorStore({ ...options, server, snapshot, catalog })
    } catch (error) {
      if (isGone) return
      showFailure(element, error, () => void open())
      events.emit('persistenceError', errorOf(error))
      return
    }
    element.replaceChildren()
    stage.view = mount(element, stage.store, { server, theme: options.theme, onOpen: options.onOpen })
    stop = attend(stage.store, events, server)
    const ready = options.onReady?.()
    if (server) goOn(stage.store, server)
    try {
      await ready
    } catch (error) {
      // What waits can be taken up later; somebody was faster and pressed Run.
      if (!(error instanceof BusyError)) throw error
    }
  }

  void open()
  return createHandle(stage, events, () => {
    if (isGone) return
    isGone = true
    stop?.()
    events.clear()
    stage.store.close()
    stage.view?.unmount()
    element.replaceChildren()
  })
}

function serverOf({ server, workflowId, persistence }: EditorOptions): WorkflowServer | null {
  if (server !== undefined) return server
  if (workflowId !== undefined) return createWorkflowServer('/api', workflowId)
  return persistence && 'url' in persistence ? workflowServerBeside(persistence.url, persistence.init) : null
}

/** Lets others know what happens in the store, until what it gives is called. */
function attend(store: OwnedStore, events: Events, server: WorkflowServer | null): () => void {
  const stops = [events.follow(store)]
  if (server) stops.push(noteRuns(store, tabNotes(), server.workflowId))
  return () => stops.forEach((stop) => stop())
}

/** Paints the run again that went on when the page was left, unless the host shows another. */
function goOn({ runner, getState }: OwnedStore, { workflowId }: WorkflowServer): void {
  const runId = lastRun(tabNotes(), workflowId)
  if (runId && !runner.busy() && !getState().execution.runId) void runner.watch(runId, false)
}

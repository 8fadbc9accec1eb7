/** One editor's store: its state, and the actions that are the only way to change it. */

import { createStore } from 'zustand/vanilla'

import { placed } from '../model/placing'
import { readSnapshot } from '../model/read'
import type { Catalog, Snapshot } from '../model/types'
import { snapshotOf } from '../model/write'
import type { WorkflowServer } from '../wire/types'
import { createCanvas } from './canvas'
import { createEditing } from './editing'
import { NO_EXECUTION } from './execution'
import { createRunner, type OnRun, type Runner } from './running'
import { createSaver, type SaveOptions } from './saving'
import type { EditorActions, EditorState, EditorStore, Persistence } from './types'
import { createValidator } from './validation'

export interface EditorStoreOptions {
  /** What is stored; null when nothing is. */
  snapshot?: Snapshot | null
  catalog?: Catalog
  /** Without it nothing is saved, and the state of saving stays `saved`. */
  persistence?: Persistence | null
  /** Validates, and tells of past runs. */
  server?: WorkflowServer | null
  /** Without it nothing can be run. */
  onRun?: OnRun | null
  readOnly?: boolean
  /** How long edits must pause before they are saved, in ms. */
  autosaveMs?: number
}

/** The store, with what only the handle of the editor may do. */
export interface OwnedStore extends EditorStore {
  runner: Runner
  /** Stops all timers, requests and listeners; unsaved edits are not saved. */
  close: () => void
}

const NOTHING = snapshotOf({ nodes: {}, edges: {} })
const NO_CATALOG: Catalog = { nodeTypes: [], models: { llm: [], imageGeneration: [] }, tools: {} }

/** A run starts from what is saved, so that history knows its version; but not at any price. */
const LONGEST_SAVE_MS = 3_000

export function createEditorStore(options: EditorStoreOptions = {}): OwnedStore {
  const { server = null, onRun = null, readOnly = false } = options
  const persistence = readOnly ? null : (options.persistence ?? null)
  const stored = readSnapshot(options.snapshot ?? NOTHING)
  const shown = asShown(stored)
  const store = createStore<EditorState>(() => firstState(options, shown))
  const { getState: get, setState: set } = store

  const canvas = createCanvas(get, set)
  const editing = createEditing({
    get: canvas.own,
    set: canvas.setOwn,
    onEdit: () => {
      saver?.edited()
      validator?.soon()
    },
  })
  const saver =
    persistence &&
    createSaver({
      persistence,
      snapshot: () => snapshotOf(canvas.own().graph, get().viewport),
      onChange: (saving) => set({ saving }),
      adopt: (snapshot) => {
        editing.adopt(placed(readSnapshot(snapshot ?? NOTHING).graph))
        validator?.soon()
      },
      stored: Boolean(options.snapshot),
      waitMs: options.autosaveMs,
    })
  const validator =
    server &&
    createValidator({
      validate: (graph) => server.validate(graph),
      graph: () => canvas.own().graph,
      onIssues: (issues) => canvas.setOwn({ issues }),
    })
  const save = async (asked?: SaveOptions): Promise<void> => saver?.save(asked)
  const runner = createRunner({
    server,
    onRun: onRun && (async (request) => {
      await within(LONGEST_SAVE_MS, save())
      request.signal.throwIfAborted()
      return onRun(request)
    }),
    execution: () => get().execution,
    onChange: (execution) => set({ execution }),
    behind: () => get().behind,
    onBehind: (behind) => set({ behind }),
    canvas,
  })

  const actions: EditorActions = {
    ...editing.actions,
    select: canvas.select,
    setViewport: (viewport) => {
      const { x, y, zoom } = get().viewport ?? {}
      if (viewport.x === x && viewport.y === y && viewport.zoom === zoom) return
      set({ viewport })
      // Places that nobody gave are saved with the first edit: to look at them is none.
      if (shown === stored || get().canUndo) saver?.looked()
    },
    run: runner.run,
    cancelRun: runner.cancel,
    decide: runner.decide,
    leaveRun: runner.leave,
    showRun: (runId) => runner.watch(runId, true),
    saveNow: save,
    // What goes wrong leaves the conflict standing.
    takeTheirs: () => void saver?.reload().catch(() => undefined),
    reload: async () => saver?.reload(),
    validateSoon: () => validator?.soon(),
  }

  validator?.soon()
  return Object.assign(store, {
    actions,
    runner,
    close: () => {
      saver?.close()
      validator?.close()
      runner.close()
    },
  })
}

/** With places for nodes that have none; then nobody has looked anywhere yet. */
function asShown(stored: Snapshot): Snapshot {
  const graph = placed(stored.graph)
  return graph === stored.graph ? stored : snapshotOf(graph)
}

function firstState(
  { catalog = NO_CATALOG, onRun, readOnly = false }: EditorStoreOptions,
  { graph, viewport }: Snapshot,
): EditorState {
  return {
    graph,
    viewport: viewport ?? null,
    selectedNodes: new Set(),
    selectedEdges: new Set(),
    catalog,
    issues: [],
    execution: NO_EXECUTION,
    behind: null,
    saving: { state: 'saved' },
    readOnly,
    aside: null,
    canRun: Boolean(onRun),
    canUndo: false,
    canRedo: false,
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

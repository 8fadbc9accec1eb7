/** What a page holds in its hands of an editor: the published package's names. */

import { type Events, failureOf, selectionOf, type Selection } from './events'
import { nodeOf } from './model/connect'
import { readGraph } from './model/read'
import type { Config, Connection, Graph, GraphEdge, GraphNode, Json, Point } from './model/types'
import { serialize } from './model/write'
import { ownOf } from './store/canvas'
import type { OwnedStore } from './store/store'
import type { Decision, EdgeState, EditorEvents, NodeRunData, NodeState, Suspension } from './store/types'
import type { View } from './view/mount'
import type { EditorSurface } from './wire/surface'

/** What a run tells of one node; `streamedText` is another word for `text`. */
export type NodeRunUpdate = Partial<NodeRunData> & { streamedText?: string }

export interface ApprovalRequest {
  nodeId: string
  instructions: string
  data?: Json
  runId?: string
  signal?: AbortSignal
}

/** What a person answered. Without `data` the run goes on with what was reviewed. */
export type Approval = Decision & { approved: boolean }

/**
 * Drives an editor. Everything works from the start; what is done to the graph before it
 * is loaded is lost when it comes. In an editor that is read-only the graph stays as it is.
 * The graph is the one that is edited, also while the canvas shows what a run ran.
 */
export interface WorkflowEditor extends EditorSurface {
  /** A copy, which may be changed at will. */
  getGraph(): Graph
  /** The text of a workflow file. */
  export(): string
  /** Takes a workflow file, a snapshot or a graph in place of the graph; raises GraphFormatError. */
  import(source: unknown): void
  /** Null when the type is unknown, or there can be no other node of it. */
  addNode(options: { type: string; position: Point; data?: Config }): GraphNode | null
  /** Its edges go with it. */
  removeNode(id: string): void
  /** Null when the two ports cannot be connected. Takes the place of another edge at the input. */
  addEdge(edge: Connection): GraphEdge | null
  removeEdge(id: string): void
  /** Merges into the node's config; its ports follow. */
  updateNodeData(id: string, data: Config): void
  /** An empty name leaves the node with that of its type. */
  setNodeName(id: string, name: string): void
  undo(): void
  redo(): void
  canUndo(): boolean
  canRedo(): boolean
  /** Of what the canvas shows. */
  getSelection(): Selection
  selectNodes(ids: Iterable<string>): void
  /** Brings all of the graph to sight. */
  fitView(): void
  /** Selects a node and brings it to sight. */
  focusNode(id: string): void
  /** Null follows the system. */
  setTheme(theme: 'light' | 'dark' | null): void

  setNodeStatus(id: string, status: NodeState): void
  setEdgeStatus(id: string, status: EdgeState): void
  setNodeRunData(id: string, data: NodeRunUpdate): void
  clearExecutionState(): void
  /** Asks the person; null when they would rather drop the run, or `signal` aborts. */
  requestApproval(request: ApprovalRequest, signal?: AbortSignal): Promise<Approval | null>
  /** Runs `work` as a run that the editor's Cancel button stops, by `signal`. Rejects as it does. */
  runSession(work: (session: { signal: AbortSignal }) => unknown): Promise<void>

  /** Paints a run of the history on the graph that it ran, or follows one that goes on; a session goes on behind it. */
  showRun(runId: string): Promise<void>

  /** Saves now what is not saved; rejects with what stood against it. */
  save(): Promise<void>
  /** Takes the editor out of the page. What is not saved is not saved any more: await `save` before. A run goes on. */
  destroy(): void
  /** Calls `listener` from now on; what it gives ends that. */
  on<K extends keyof EditorEvents>(event: K, listener: (payload: EditorEvents[K]) => void): () => void
}

/** What the handle steers; it changes once, when the graph has been loaded. */
export interface Stage {
  store: OwnedStore
  view: View | null
}

export function createHandle(stage: Stage, events: Events, destroy: () => void): WorkflowEditor {
  const actions = () => stage.store.actions
  const state = () => stage.store.getState()
  const graph = () => ownOf(state()).graph
  return {
    getGraph: () => structuredClone(graph()),
    export: () => serialize(graph()),
    import: (source) => actions().replaceGraph(readGraph(source)),
    addNode: ({ type, position, data }) => {
      const id = actions().addNode(type, position, data)
      return nodeOf(graph(), id) ?? null
    },
    removeNode: (id) => actions().removeNodes([id]),
    addEdge: (edge) => (actions().addEdge(edge) ? edgeLike(graph(), edge) : null),
    removeEdge: (id) => actions().removeEdges([id]),
    updateNodeData: (id, data) => actions().updateNodeData(id, data),
    setNodeName: (id, name) => actions().setNodeName(id, name),
    undo: () => actions().undo(),
    redo: () => actions().redo(),
    canUndo: () => state().canUndo,
    canRedo: () => state().canRedo,
    getSelection: () => selectionOf(state()),
    selectNodes: (ids) => actions().select(ids),
    fitView: () => stage.view?.fitView(),
    focusNode: (id) => stage.view?.focusNode(id),
    setTheme: (theme) => stage.view?.setTheme(theme),

    receive: (event) => stage.store.runner.receive(event),
    setNodeStatus: (id, status) => stage.store.runner.setNodeStatus(id, status),
    setEdgeStatus: (id, status) => stage.store.runner.setEdgeStatus(id, status),
    setNodeRunData: (id, { streamedText, ...data }) =>
      stage.store.runner.setNodeRunData(id, streamedText === undefined ? data : { text: streamedText, ...data }),
    clearExecutionState: () => stage.store.runner.clear(),
    requestApproval: async ({ signal: within, ...asked }, signal = within) => {
      const suspension: Suspension = { ...asked, runId: asked.runId ?? state().execution.runId ?? '' }
      const decision = await stage.store.runner.ask(suspension, signal)
      return decision && { ...decision, approved: decision.branch === 'approved' }
    },
    runSession: (work) => stage.store.runner.session(work),
    showRun: (runId) => actions().showRun(runId),

    save: async () => {
      await actions().saveNow()
      const failure = failureOf(state())
      if (failure) throw Object.assign(new Error(failure.message), failure)
    },
    destroy,
    on: events.on,
  }
}

function edgeLike(graph: Graph, wish: Connection): GraphEdge | null {
  const found = Object.values(graph.edges).find(
    (edge) => edge.targetNodeId === wish.targetNodeId && edge.targetPortId === wish.targetPortId,
  )
  return found ?? null
}

/** What the editor knows, and everything that can be done with it. */

import type { StoreApi } from 'zustand/vanilla'

import type { Size } from '../model/layout'
import type { Catalog, Config, Connection, Graph, GraphEdge, GraphNode, Issue, Json, Point, Snapshot, Viewport } from '../model/types'
import type { Decision, Suspension } from '../wire/surface'

/** `lost`: the run cannot be shown or followed, and what becomes of it is not known. */
export type RunState = 'idle' | 'running' | 'paused' | 'completed' | 'error' | 'cancelled' | 'lost'
export type NodeState = 'idle' | 'running' | 'complete' | 'error' | 'skipped' | 'cancelled' | 'waiting'
export type EdgeState = 'idle' | 'active' | 'skipped'

export interface RunError {
  code?: string
  message: string
  hint?: string
  docsUrl?: string
  /** How long the server asks to wait before another try, in ms. */
  retryAfterMs?: number
}

export interface ToolCall {
  callId: string
  tool: string
  args: Json
  result?: Json
  error?: RunError
  durationMs?: number
}

/** A try of a node that failed and was followed by another; `at` is in ms since the epoch. */
export interface FailedAttempt {
  attempt: number
  error: RunError
  at?: number
}

/** What a run has told of one node. Times are ms since the epoch. */
export interface NodeRunData {
  status: NodeState
  inputs?: Record<string, Json>
  outputData?: Json
  /** The streamed text so far. */
  text?: string
  error?: RunError
  startedAt?: number
  finishedAt?: number
  toolCalls: ToolCall[]
  attempt: number
  /** The last of them, in their order. */
  failures?: FailedAttempt[]
  usage?: { model: string; inputTokens: number; outputTokens: number }[]
}

/** The run that is painted on the canvas; `past` is one from the history. */
export interface Execution {
  state: RunState
  runId?: string
  past: boolean
  /** Of what the run ran, once that is known; null for a graph that was no version. */
  version?: number | null
  nodes: Record<string, NodeRunData>
  edges: Record<string, EdgeState>
  result?: Record<string, Json>
  error?: RunError
  suspension?: Suspension
}

/** What this page drives, out of sight; `ran` is its graph where that is not what is edited. */
export interface Behind {
  execution: Execution
  ran: Graph | null
}

export type SavingState = 'saved' | 'dirty' | 'saving' | 'error' | 'conflict'

/** How the graph stands beside what is stored; `theirs` is there in a conflict. */
export interface Saving {
  state: SavingState
  error?: RunError
  theirs?: Snapshot
}

/** What is edited, and how it stands. */
export type OwnGraph = Pick<EditorState, 'graph' | 'selectedNodes' | 'selectedEdges' | 'issues' | 'readOnly'>

export interface EditorState {
  /** What the canvas shows, and all that is said of it. */
  graph: Graph
  viewport: Viewport | null
  selectedNodes: ReadonlySet<string>
  selectedEdges: ReadonlySet<string>
  catalog: Catalog
  issues: Issue[]
  execution: Execution
  /** The run that this page drives, while another one is looked at. */
  behind: Behind | null
  saving: Saving
  readOnly: boolean
  /** What is edited, while the canvas shows what a run ran; null when it is on the canvas. */
  aside: OwnGraph | null
  /** Whether the host says how to run. */
  canRun: boolean
  canUndo: boolean
  canRedo: boolean
}

/** Where graphs are kept. `save` rejects with a ConflictError when somebody else saved. */
export interface Persistence {
  load(): Promise<Snapshot | null>
  save(snapshot: Snapshot, options?: { keepalive?: boolean; overwrite?: boolean }): Promise<void>
}

export interface RunRequest {
  inputs: Record<string, Json>
  signal: AbortSignal
}

/**
 * A change names what it did, so that undo can say it. One call is one step of undo. Changes
 * are those of the graph that is edited, whatever the canvas shows.
 */
export interface EditorActions {
  /** Gives the new node's id; empty when there can be no other of this type, or none at all. */
  addNode(type: string, position: Point, data?: Config): string
  removeNodes(ids: Iterable<string>): void
  moveNodes(positions: Record<string, Point>): void
  /** Refused (false) when types do not fit, it would be a cycle or a loop; replaces the edge at an input. */
  addEdge(edge: Connection): boolean
  removeEdges(ids: Iterable<string>): void
  /** Merges into the node's config and derives its ports anew; edges to ports that went are removed. */
  updateNodeData(id: string, data: Config): void
  setNodeName(id: string, name: string): void
  updateMetadata(metadata: NonNullable<Graph['metadata']>): void
  /** Deletes the selection. */
  deleteSelection(): void
  copySelection(): string
  /** Pastes what `copySelection` gave, moved a little; selects it. */
  paste(text: string, at?: Point): void
  duplicateSelection(): void
  /** `sizes` are those of the cards on the screen. */
  autoLayout(sizes?: Record<string, Size>): void
  undo(): void
  redo(): void
  /** Of what the canvas shows. */
  select(nodes: Iterable<string>, edges?: Iterable<string>): void
  setViewport(viewport: Viewport): void
  /** Takes the place of the whole graph, as one step of undo. */
  replaceGraph(graph: Graph): void

  /** Starts what `onRun` gives; there is one run at a time. */
  run(inputs: Record<string, Json>): Promise<void>
  cancelRun(): void
  decide(decision: Decision): void
  /** Back from a run that was looked at to the one that this page drives, else to what is edited. */
  leaveRun(): void
  /**
   * Paints a run of the history as it ended, or follows a live one: on the graph that it ran.
   * What this page drives goes on meanwhile.
   */
  showRun(runId: string): Promise<void>

  saveNow(options?: { overwrite?: boolean }): Promise<void>
  /** In a conflict: take what the other saved. One's own graph is one step of undo away. */
  takeTheirs(): void
  /** Shows what is stored now, as after restoring a version; rejects when it cannot be had. */
  reload(): Promise<void>
  validateSoon(): void
}

export type EditorStore = StoreApi<EditorState> & { actions: EditorActions }

export type EditorEvents = {
  change: Graph
  selectionChange: { nodeIds: string[]; edgeIds: string[] }
  persistenceStateChange: Saving
  persistenceError: RunError
}
export type { Decision, Graph, GraphEdge, GraphNode, Snapshot, Suspension, Viewport }

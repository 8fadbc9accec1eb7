/** What the server offers an editor of one workflow, beside loading, saving and running. */

import type { Catalog, Graph, Issue, Json } from '../model/types'
import type { Decision } from './surface'

/** One event of a run as the server sends it; `id` is its number in the journal. */
export interface RunEvent {
  id?: number
  name: string
  data: Record<string, Json>
}

export interface RunSummary {
  id: string
  status: string
  version: number | null
  trigger: string
  owner: string
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  durationMs?: number | null
}

/** What a run ran; `version` is null for a graph that was none. */
export interface RanGraph {
  version: number | null
  graph: Graph
}

/** What one node did in a run, with its values by port in full. */
export interface NodeDetail {
  nodeId: string
  outputs: Record<string, Json>
}

export interface Version {
  number: number
  label: string
  author: string | null
  nodeCount: number
  createdAt: string
}

export interface Page<T> {
  results: T[]
  /** The address of the next page. */
  next: string | null
}

export interface Preflight {
  issues: Issue[]
  /** Runs that go on with the version they began with. */
  runs: { id: string; status: string; version: number | null }[]
  [more: string]: unknown
}

/** Each call rejects with a ServerError {status, code, message, hint, retryAfterMs}. */
export interface WorkflowServer {
  readonly workflowId: string
  catalog(): Promise<Catalog>
  validate(graph: Graph): Promise<Issue[]>
  /** Those of any `status` that is named, with commas between; without one all of them. */
  runs(asked?: { next?: string | undefined; status?: string | undefined }): Promise<Page<RunSummary>>
  runGraph(runId: string): Promise<RanGraph>
  node(runId: string, nodeId: string): Promise<NodeDetail>
  /** The run's events from the start; a live run is followed until it ends or `signal` says stop. */
  follow(runId: string, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<void>
  /** Stops a run that goes on, drops one that waits; one that ended stays as it is. */
  cancel(runId: string): Promise<void>
  /** Answers the review that a run waits at. */
  decide(runId: string, nodeId: string, decision: Decision): Promise<void>
  versions(next?: string): Promise<Page<Version>>
  versionGraph(number: number): Promise<Graph>
  nameVersion(number: number, label: string): Promise<void>
  restore(number: number): Promise<void>
  published(): Promise<number | null>
  preflight(number: number): Promise<Preflight>
  publish(number: number): Promise<void>
}

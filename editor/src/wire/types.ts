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

/** Each call rejects with a ServerError {status, code, message, hint}. */
export interface WorkflowServer {
  readonly workflowId: string
  catalog(): Promise<Catalog>
  validate(graph: Graph): Promise<Issue[]>
  runs(next?: string): Promise<Page<RunSummary>>
  /** The graph that a run ran, to be painted. */
  runGraph(runId: string): Promise<Graph | null>
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

/** Graphs to documents. */

import type { Graph, Snapshot, Viewport } from './types'

/** What is saved and loaded. */
export function snapshotOf(graph: Graph, viewport: Viewport | null = null): Snapshot {
  return viewport ? { version: 1, graph, viewport } : { version: 1, graph }
}

/** The text of a workflow file, in the order in which nodes and edges stand. */
export function serialize(graph: Graph): string {
  return JSON.stringify({ version: 1, graph })
}

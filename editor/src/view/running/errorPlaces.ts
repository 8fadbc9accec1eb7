/** Which nodes a failed run's errors came from. */

import type { Graph } from '../../model/types'
import type { Execution, RunError } from '../../store/types'
import { nodeName } from '../../model/graphDiff'

export interface PlacedError {
  error: RunError
  node?: { id: string; name: string }
}

/** One for each node that failed; the run's own where none did. */
export function placedErrors(execution: Execution, graph: Graph): PlacedError[] {
  const failed = Object.entries(execution.nodes).flatMap(([id, node]) =>
    node.status === 'error' && node.error ? [{ error: node.error, ...placeOf(graph, id) }] : [],
  )
  if (failed.length > 0) return failed
  if (!execution.error) return []
  const [first] = nodesOnPath(execution.error, graph)
  return [{ error: execution.error, ...(first !== undefined && placeOf(graph, first)) }]
}

/** A cycle is told by the ids on its way, with arrows between. */
function nodesOnPath(error: RunError, graph: Graph): string[] {
  const ids = [...error.message.matchAll(/(\S+)\s*→/g)].map(([, id]) => id ?? '')
  return ids.filter((id) => Object.hasOwn(graph.nodes, id))
}

function placeOf(graph: Graph, id: string): { node?: { id: string; name: string } } {
  const node = Object.hasOwn(graph.nodes, id) ? graph.nodes[id] : undefined
  return node ? { node: { id, name: nodeName(node) } } : {}
}

/** Ports of a whole graph by one word each, and which of them are wired. */

import type { Graph, Side } from '../../model/types'

/** A space divides it: ids of ports are words. */
export function portKey(nodeId: string, side: Side, portId: string): string {
  return `${side} ${nodeId} ${portId}`
}

const wired = new WeakMap<Graph['edges'], ReadonlySet<string>>()

/** The keys of all ports with an edge; the same set for the same edges. */
export function wiredPorts(edges: Graph['edges']): ReadonlySet<string> {
  const known = wired.get(edges)
  if (known) return known
  const keys = new Set<string>()
  for (const edge of Object.values(edges)) {
    keys.add(portKey(edge.sourceNodeId, 'output', edge.sourcePortId))
    keys.add(portKey(edge.targetNodeId, 'input', edge.targetPortId))
  }
  wired.set(edges, keys)
  return keys
}

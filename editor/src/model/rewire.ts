/** What becomes of edges when the ports of a node change. */

import type { Graph, GraphEdge, GraphNode, Port, Side } from './types'

const SIDES: readonly Side[] = ['input', 'output']

/** The graph in which node `id` has these ports. What else a port that stays says, it keeps. */
export function rewired(graph: Graph, id: string, ports: Port[]): Graph {
  const node = graph.nodes[id]
  if (!node) return graph
  const next = ports.map((port) => ({ ...portLike(node.ports, port), ...port }))
  if (JSON.stringify(next) === JSON.stringify(node.ports)) return graph
  const nodes = { ...graph.nodes, [id]: { ...node, ports: next } as GraphNode }
  return { ...graph, nodes, edges: edgesAfter(graph.edges, id, node.ports, next) }
}

function edgesAfter(
  edges: Record<string, GraphEdge>,
  id: string,
  before: Port[],
  after: Port[],
): Record<string, GraphEdge> {
  const fates = Object.fromEntries(SIDES.map((side) => [side, fate(idsOf(before, side), idsOf(after, side))]))
  const kept: [string, GraphEdge][] = []
  for (const [edgeId, edge] of Object.entries(edges)) {
    const source = edge.sourceNodeId === id ? fates.output?.get(edge.sourcePortId) : edge.sourcePortId
    const target = edge.targetNodeId === id ? fates.input?.get(edge.targetPortId) : edge.targetPortId
    if (source === undefined || target === undefined) continue
    const same = source === edge.sourcePortId && target === edge.targetPortId
    kept.push([edgeId, same ? edge : { ...edge, sourcePortId: source, targetPortId: target }])
  }
  return Object.fromEntries(kept)
}

/** Port id before → after; ids that are missing lose their edges. */
function fate(before: string[], after: string[]): Map<string, string> {
  const staying = new Map(before.filter((id) => after.includes(id)).map((id) => [id, id]))
  const [gone, ...moreGone] = before.filter((id) => !after.includes(id))
  const [come, ...moreCome] = after.filter((id) => !before.includes(id))
  const renamed =
    gone !== undefined &&
    come !== undefined &&
    moreGone.length + moreCome.length === 0 &&
    before.indexOf(gone) === after.indexOf(come)
  return renamed ? staying.set(gone, come) : staying
}

function idsOf(ports: Port[], side: Side): string[] {
  return ports.filter((port) => port.side === side).map((port) => port.id)
}

function portLike(ports: Port[], { id, side }: Port): Port | undefined {
  return ports.find((port) => port.id === id && port.side === side)
}

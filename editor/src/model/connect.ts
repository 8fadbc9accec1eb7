/** What may be connected with what. */

import { freeId } from './names'
import { dataTypeOf } from './ports'
import type { Connection, Graph, GraphNode, Port, Side } from './types'

/** Whether an output of one data type may feed an input of another. */
export function typesFit(source: string, target: string): boolean {
  return source === target || source === 'any' || target === 'any'
}

/** Why the two ports cannot be connected, for a person to read; null when they can. */
export function connectionProblem(graph: Graph, wish: Connection): string | null {
  const source = nodeOf(graph, wish.sourceNodeId)
  const target = nodeOf(graph, wish.targetNodeId)
  if (!source || !target) return 'One of the nodes is gone.'
  const from = portOf(source, 'output', wish.sourcePortId)
  const to = portOf(target, 'input', wish.targetPortId)
  if (!from || !to) return 'A connection leads from an output to an input.'
  if (source.id === target.id) return 'A node cannot feed itself.'
  if (!typesFit(dataTypeOf(from), dataTypeOf(to))) {
    return `An output of type ${dataTypeOf(from)} does not fit an input of type ${dataTypeOf(to)}.`
  }
  return reaches(graph, target.id, source.id) ? 'This connection would close a circle.' : null
}

/**
 * The graph with the edge, which takes the place of another one at the same input. Null
 * when the two cannot be connected, the same graph when they already are.
 */
export function connect(graph: Graph, wish: Connection): Graph | null {
  if (connectionProblem(graph, wish) !== null) return null
  const { targetNodeId, targetPortId } = wish
  const others = Object.entries(graph.edges).filter(
    ([, edge]) => edge.targetNodeId !== targetNodeId || edge.targetPortId !== targetPortId,
  )
  const taken = Object.keys(graph.edges).length - others.length
  if (taken === 1 && isConnected(graph, wish)) return graph
  const id = freeId('edge', graph.edges)
  return { ...graph, edges: { ...Object.fromEntries(others), [id]: { ...wish, id } } }
}

/** Whether a way leads from one node to another along the edges; each is its own way. */
export function reaches(graph: Graph, from: string, to: string): boolean {
  const successors = new Map<string, string[]>()
  for (const { sourceNodeId, targetNodeId } of Object.values(graph.edges)) {
    const list = successors.get(sourceNodeId)
    if (list) list.push(targetNodeId)
    else successors.set(sourceNodeId, [targetNodeId])
  }
  const seen = new Set([from])
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true
    for (const next of successors.get(id) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      open.push(next)
    }
  }
  return false
}

/** The node with this id, if there is one. */
export function nodeOf(graph: Graph, id: string): GraphNode | undefined {
  return Object.hasOwn(graph.nodes, id) ? graph.nodes[id] : undefined
}

function portOf(node: GraphNode, side: Side, id: string): Port | undefined {
  return node.ports.find((port) => port.side === side && port.id === id)
}

function isConnected(graph: Graph, wish: Connection): boolean {
  return Object.values(graph.edges).some(
    (edge) =>
      edge.sourceNodeId === wish.sourceNodeId &&
      edge.sourcePortId === wish.sourcePortId &&
      edge.targetNodeId === wish.targetNodeId &&
      edge.targetPortId === wish.targetPortId,
  )
}

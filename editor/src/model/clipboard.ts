/** Parts of a graph as text, and back into another place. */

import { mayAdd } from './edits'
import { freeId, freeName } from './names'
import { readGraph } from './read'
import type { Graph, GraphEdge, GraphNode, NodeType, Point } from './types'
import { serialize } from './write'

const NUDGE = { x: 40, y: 40 }

export interface Pasted {
  graph: Graph
  nodeIds: string[]
  edgeIds: string[]
}

/** A workflow file of the nodes and of the edges between them; empty when none is there. */
export function copyNodes(graph: Graph, ids: Iterable<string>): string {
  const chosen = new Set(ids)
  const nodes = Object.entries(graph.nodes).filter(([id]) => chosen.has(id))
  if (nodes.length === 0) return ''
  const edges = Object.entries(graph.edges).filter(
    ([, edge]) => chosen.has(edge.sourceNodeId) && chosen.has(edge.targetNodeId),
  )
  return serialize({ nodes: Object.fromEntries(nodes), edges: Object.fromEntries(edges) })
}

/**
 * The graph with what `text` holds, under new ids: their upper left corner at `at`, or
 * else a little beside where they were. `text` may be any graph, such as a workflow file.
 * Nodes of which there is at most one, and which is there, are left out. Null when nothing
 * is to be pasted; raises GraphFormatError when the text is no graph.
 */
export function pasteNodes(graph: Graph, text: string, nodeTypes: readonly NodeType[], at?: Point): Pasted | null {
  const copied = readGraph(text)
  const types = new Map(nodeTypes.map((nodeType) => [nodeType.type, nodeType]))
  const names = new Set(Object.values(graph.nodes).map((node) => node.name ?? ''))
  const move = movement(Object.values(copied.nodes), at)
  const newIds = new Map<string, string>()
  const next: Graph = { ...graph, nodes: { ...graph.nodes }, edges: { ...graph.edges } }
  for (const node of Object.values(copied.nodes)) {
    const nodeType = types.get(node.type)
    if (nodeType && !mayAdd(next, nodeType)) continue
    const id = freeId('node', next.nodes)
    newIds.set(node.id, id)
    next.nodes[id] = placed(node, id, move, names)
  }
  if (newIds.size === 0) return null
  return { graph: next, nodeIds: [...newIds.values()], edgeIds: pasteEdges(next, copied, newIds) }
}

/** The same beside itself. */
export function duplicateNodes(graph: Graph, ids: Iterable<string>, nodeTypes: readonly NodeType[]): Pasted | null {
  const text = copyNodes(graph, ids)
  return text ? pasteNodes(graph, text, nodeTypes) : null
}

function pasteEdges(next: Graph, copied: Graph, newIds: ReadonlyMap<string, string>): string[] {
  const edgeIds: string[] = []
  for (const edge of Object.values(copied.edges)) {
    const sourceNodeId = newIds.get(edge.sourceNodeId)
    const targetNodeId = newIds.get(edge.targetNodeId)
    if (!sourceNodeId || !targetNodeId) continue
    const id = freeId('edge', next.edges)
    next.edges[id] = { ...edge, id, sourceNodeId, targetNodeId } satisfies GraphEdge
    edgeIds.push(id)
  }
  return edgeIds
}

function placed(node: GraphNode, id: string, move: Point, names: Set<string>): GraphNode {
  const copy = structuredClone(node)
  copy.id = id
  copy.position = { x: node.position.x + move.x, y: node.position.y + move.y }
  if (copy.name) {
    copy.name = freeName(copy.name, names)
    names.add(copy.name)
  }
  return copy
}

function movement(nodes: GraphNode[], at?: Point): Point {
  if (!at || nodes.length === 0) return NUDGE
  const left = Math.min(...nodes.map((node) => node.position.x))
  const top = Math.min(...nodes.map((node) => node.position.y))
  return { x: Math.round(at.x - left), y: Math.round(at.y - top) }
}

/** Changes of a graph: each gives a new one, or the same when nothing changes. */

import { nodeOf } from './connect'
import { freeId, nameIn } from './names'
import { derivePorts } from './ports'
import { rewired } from './rewire'
import type { Config, Graph, GraphEdge, GraphNode, NodeType, Point } from './types'

const NEW_SIZE = { width: 220, height: 120 }

/** The config that a new node of this type begins with. */
export function defaultConfig(nodeType: NodeType): Config {
  const config: Config = {}
  for (const [key, field] of Object.entries(nodeType.config)) {
    if (field.default !== undefined) config[key] = structuredClone(field.default)
  }
  return config
}

/** Whether one more node of this type may be there. */
export function mayAdd(graph: Graph, nodeType: NodeType): boolean {
  return !nodeType.unique || !Object.values(graph.nodes).some((node) => node.type === nodeType.type)
}

/** Null when it would be the second node of a type of which there is at most one. */
export function addNode(
  graph: Graph,
  nodeType: NodeType,
  position: Point,
  data: Config = {},
): { graph: Graph; id: string } | null {
  if (!mayAdd(graph, nodeType)) return null
  const id = freeId('node', graph.nodes)
  const config = { ...defaultConfig(nodeType), ...data }
  const node: GraphNode = {
    id,
    type: nodeType.type,
    label: nodeType.label,
    ...(nodeType.icon ? { icon: nodeType.icon } : {}),
    position: rounded(position),
    size: { ...NEW_SIZE },
    data: config,
    ports: derivePorts(nodeType, config),
    zIndex: 0,
  }
  return { graph: { ...graph, nodes: { ...graph.nodes, [id]: node } }, id }
}

/** Their edges go with them. */
export function removeNodes(graph: Graph, ids: Iterable<string>): Graph {
  const gone = new Set(ids)
  const nodes = without(graph.nodes, gone)
  if (nodes === graph.nodes) return graph
  const edges = Object.entries(graph.edges).filter(
    ([, edge]) => !gone.has(edge.sourceNodeId) && !gone.has(edge.targetNodeId),
  )
  return { ...graph, nodes, edges: Object.fromEntries(edges) }
}

export function removeEdges(graph: Graph, ids: Iterable<string>): Graph {
  const edges = without(graph.edges, new Set(ids))
  return edges === graph.edges ? graph : { ...graph, edges }
}

/** Ids that are not there are passed over. */
export function moveNodes(graph: Graph, positions: Record<string, Point>): Graph {
  return changeNodes(graph, Object.keys(positions), (node) => {
    const { x, y } = rounded(positions[node.id] ?? node.position)
    return x === node.position.x && y === node.position.y ? node : { ...node, position: { x, y } }
  })
}

/**
 * Merges `data` into the node's config; a key that is undefined is removed. The ports
 * follow, and edges go with the ports that go. A single port that only changes its name
 * keeps its edges. Without a `nodeType` the ports stay as they are.
 */
export function changeConfig(
  graph: Graph,
  id: string,
  data: { [key: string]: Config[string] | undefined },
  nodeType?: NodeType,
): Graph {
  const node = nodeOf(graph, id)
  if (!node) return graph
  const config: Config = { ...node.data }
  for (const [key, value] of Object.entries(data)) {
    if (value === undefined) delete config[key]
    else config[key] = value
  }
  if (JSON.stringify(config) === JSON.stringify(node.data)) return graph
  const changed = changeNodes(graph, [id], () => ({ ...node, data: config }))
  return nodeType ? rewired(changed, id, derivePorts(nodeType, config)) : changed
}

/** An empty name is none: the node is called by its label. */
export function renameNode(graph: Graph, id: string, name: string): Graph {
  return changeNodes(graph, [id], (node) => {
    const wanted = name.trim()
    if (wanted === (node.name ?? '')) return node
    const { name: _, ...rest } = node
    return (wanted ? { ...rest, name: wanted } : rest) as GraphNode
  })
}

export function changeMetadata(graph: Graph, metadata: NonNullable<Graph['metadata']>): Graph {
  const merged = { ...graph.metadata, ...metadata }
  return JSON.stringify(merged) === JSON.stringify(graph.metadata ?? {}) ? graph : { ...graph, metadata: merged }
}

/** The graph, called and described as the one before where it does not say so itself. */
export function calledLike(graph: Graph, { metadata: before }: Graph): Graph {
  const { description } = graph.metadata ?? {}
  const kept: NonNullable<Graph['metadata']> = {}
  if (!nameIn(graph) && before?.name !== undefined) kept.name = before.name
  if (description === undefined && before?.description !== undefined) kept.description = before.description
  return Object.keys(kept).length > 0 ? { ...graph, metadata: { ...graph.metadata, ...kept } } : graph
}

function changeNodes(graph: Graph, ids: string[], change: (node: GraphNode) => GraphNode): Graph {
  const nodes = { ...graph.nodes }
  let differs = false
  for (const id of ids) {
    const node = nodeOf(graph, id)
    const next = node && change(node)
    if (!next || next === node) continue
    nodes[id] = next
    differs = true
  }
  return differs ? { ...graph, nodes } : graph
}

function without<T extends GraphNode | GraphEdge>(all: Record<string, T>, gone: ReadonlySet<string>): Record<string, T> {
  const left = Object.entries(all).filter(([id]) => !gone.has(id))
  return left.length === Object.keys(all).length ? all : Object.fromEntries(left)
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) }
}

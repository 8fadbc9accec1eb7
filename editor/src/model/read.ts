/** Documents to graphs: forgiving where the server is, and strict where it is. */

import { layOut } from './layout'
import type { Config, Graph, GraphEdge, GraphNode, Point, Port, Snapshot, Viewport } from './types'

const DEFAULT_WIDTH = 220
const DEFAULT_HEIGHT = 120

type Thing = Record<string, unknown>

/** The document is no graph; the message says what is wrong, and where. */
export class GraphFormatError extends Error {
  override name = 'GraphFormatError'
}

/**
 * The graph in `source`, which is a graph, a snapshot of it or either as a text. Defaults
 * are filled in, edges that lead nowhere left out. Raises GraphFormatError.
 */
export function readGraph(source: unknown): Graph {
  const document = unwrap(source)
  const nodes = mapSection(document, 'nodes', readNode)
  const edges = mapSection(document, 'edges', readEdge)
  const { metadata } = document
  if (metadata !== undefined && metadata !== null && !isThing(metadata)) {
    throw new GraphFormatError('graph.metadata must be an object')
  }
  const graph: Graph = {
    ...document,
    nodes,
    edges: Object.fromEntries(Object.entries(edges).filter(([, edge]) => leadsSomewhere(nodes, edge))),
  }
  if (metadata === null) delete graph.metadata
  return positioned(graph, document.nodes as Record<string, Thing>)
}

/** What was saved, with the viewport if there is one. Raises GraphFormatError. */
export function readSnapshot(source: unknown): Snapshot {
  const parsed = typeof source === 'string' ? parse(source) : source
  const snapshot: Snapshot = { version: 1, graph: readGraph(parsed) }
  const viewport = isThing(parsed) && !('nodes' in parsed) ? parsed.viewport : undefined
  if (isViewport(viewport)) snapshot.viewport = viewport
  return snapshot
}

function unwrap(source: unknown): Thing {
  const value = typeof source === 'string' ? parse(source) : source
  if (!isThing(value)) throw new GraphFormatError('expected an object with a "graph"')
  if ('nodes' in value) return value
  if (typeof value.graph === 'string') return unwrap(value.graph)
  if (!isThing(value.graph)) throw new GraphFormatError('expected an object with a "graph"')
  return value.graph
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new GraphFormatError(`not a JSON document: ${(error as Error).message}`)
  }
}

function mapSection<T>(document: Thing, name: string, read: (key: string, member: Thing) => T): Record<string, T> {
  const section = document[name]
  if (!isThing(section)) throw new GraphFormatError(`graph.${name} must be an object`)
  const pairs = Object.entries(section).map(([key, member]): [string, T] => {
    if (!isThing(member)) throw new GraphFormatError(`graph.${name}.${key} must be an object`)
    if ('id' in member && member.id !== key) throw new GraphFormatError(`graph.${name}.${key}.id must be "${key}"`)
    return [key, read(key, member)]
  })
  return Object.fromEntries(pairs)
}

function readNode(key: string, node: Thing): GraphNode {
  const where = `graph.nodes.${key}`
  const data = node.data ?? {}
  const ports = node.ports ?? []
  if (!isThing(data)) throw new GraphFormatError(`${where}.data must be an object`)
  if (!Array.isArray(ports)) throw new GraphFormatError(`${where}.ports must be a list`)
  const size = isThing(node.size) ? node.size : {}
  const read: GraphNode = {
    ...node,
    id: key,
    type: text(where, node, 'type', 'default'),
    label: text(where, node, 'label', ''),
    position: isPoint(node.position) ? node.position : { x: 0, y: 0 },
    size: { ...size, width: number(size.width, DEFAULT_WIDTH), height: number(size.height, DEFAULT_HEIGHT) },
    data: data as Config,
    ports: ports.map((port: unknown, index) => readPort(`${where}.ports[${index}]`, port)),
    zIndex: number(node.zIndex, 0),
  }
  // A null says no more than a missing key, but would be taken for a text.
  if (read.name === null) delete read.name
  if (read.icon === null) delete read.icon
  return read
}

function readPort(where: string, port: unknown): Port {
  if (!isThing(port)) throw new GraphFormatError(`${where} must be an object`)
  const { side } = port
  if (side !== 'input' && side !== 'output') {
    throw new GraphFormatError(`${where}.side must be "input" or "output"`)
  }
  return { ...port, id: text(where, port, 'id'), side }
}

function readEdge(key: string, edge: Thing): GraphEdge {
  const where = `graph.edges.${key}`
  return {
    ...edge,
    id: key,
    sourceNodeId: text(where, edge, 'sourceNodeId'),
    sourcePortId: text(where, edge, 'sourcePortId'),
    targetNodeId: text(where, edge, 'targetNodeId'),
    targetPortId: text(where, edge, 'targetPortId'),
  }
}

function leadsSomewhere(nodes: Record<string, GraphNode>, edge: GraphEdge): boolean {
  const has = (nodeId: string, side: Port['side'], portId: string) =>
    Object.hasOwn(nodes, nodeId) && nodes[nodeId]?.ports.some((port) => port.side === side && port.id === portId)
  return Boolean(
    has(edge.sourceNodeId, 'output', edge.sourcePortId) && has(edge.targetNodeId, 'input', edge.targetPortId),
  )
}

/** A graph that nobody has drawn yet is laid out, lest all nodes lie on one heap. */
function positioned(graph: Graph, given: Record<string, Thing>): Graph {
  const drawn = Object.values(given).some((node) => isPoint(node.position))
  if (drawn || Object.keys(given).length < 2) return graph
  const positions = layOut(graph)
  const nodes = Object.entries(graph.nodes).map(([id, node]): [string, GraphNode] => [
    id,
    { ...node, position: positions[id] ?? node.position },
  ])
  return { ...graph, nodes: Object.fromEntries(nodes) }
}

function text(where: string, member: Thing, key: string, otherwise?: string): string {
  const value = member[key] ?? otherwise
  if (typeof value !== 'string') throw new GraphFormatError(`${where}.${key} must be a text`)
  return value
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPoint(value: unknown): value is Point {
  return isThing(value) && Number.isFinite(value.x) && Number.isFinite(value.y)
}

function isViewport(value: unknown): value is Viewport {
  return isThing(value) && isPoint(value) && Number.isFinite(value.zoom) && Number(value.zoom) > 0
}

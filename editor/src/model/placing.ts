/** Places for the nodes of a graph that came without any, as programs make them. */

import { moveNodes } from './edits'
import { layOut, type Size } from './layout'
import type { Graph, GraphNode } from './types'

export const NARROWEST = 190
const HEAD = 48
const PORT = 24
const REST = 42

/** Gives the graph itself unless all its nodes are at one place, on top of each other. */
export function placed(graph: Graph): Graph {
  const nodes = Object.values(graph.nodes)
  const [first, ...others] = nodes
  if (!first || others.length === 0 || others.some((node) => !isAt(node, first))) return graph
  return moveNodes(graph, layOut(graph, Object.fromEntries(nodes.map((node) => [node.id, likelySize(node)]))))
}

/** What a card will measure, by what will be on it. */
export function likelySize(node: GraphNode): Size {
  const inputs = node.ports.filter((port) => port.side === 'input').length
  const rows = Math.max(inputs, node.ports.length - inputs)
  return { width: Math.max(node.size.width, NARROWEST), height: HEAD + rows * PORT + REST }
}

function isAt({ position: { x, y } }: GraphNode, { position }: GraphNode): boolean {
  return x === position.x && y === position.y
}

/** The graph as the canvas library wants it; what has not changed stays the same object. */

import type { Edge, Node } from '@xyflow/react'

import type { Graph, GraphEdge, GraphNode } from '../../model/types'

export type CardNode = Node<{ node: GraphNode }, 'card'>
export type LineEdge = Edge<{ edge: GraphEdge }, 'line'>

/** One card per node, in the order in which the keyboard walks them: by column, then down. */
export function cardsOf(graph: Graph, selected: ReadonlySet<string>, before: readonly CardNode[]): CardNode[] {
  const known = new Map(before.map((card) => [card.id, card]))
  return readingOrder(graph).map((node) => card(node, selected.has(node.id), known.get(node.id)))
}

function card(node: GraphNode, selected: boolean, before: CardNode | undefined): CardNode {
  if (before?.data.node === node && before.selected === selected) return before
  const kept = before?.measured && { measured: before.measured }
  const dragged = before?.dragging ? before.position : null
  return {
    id: node.id,
    type: 'card',
    position: dragged ?? node.position,
    ...(before?.dragging && { dragging: true }),
    data: { node },
    selected,
    zIndex: node.zIndex,
    ariaLabel: cardLabel(node),
    ...kept,
  }
}

export function cardLabel(node: GraphNode): string {
  return node.name ? `${node.name}, ${node.label}` : node.label
}

export function linesOf(graph: Graph, selected: ReadonlySet<string>, before: readonly LineEdge[]): LineEdge[] {
  const known = new Map(before.map((line) => [line.id, line]))
  return Object.values(graph.edges).map((edge) => {
    const old = known.get(edge.id)
    const isSelected = selected.has(edge.id)
    if (old?.data?.edge === edge && old.selected === isSelected) return old
    return {
      id: edge.id,
      type: 'line',
      source: edge.sourceNodeId,
      sourceHandle: edge.sourcePortId,
      target: edge.targetNodeId,
      targetHandle: edge.targetPortId,
      selected: isSelected,
      data: { edge },
    }
  })
}

/** Nodes from left to right, those of one column from top to bottom. */
export function readingOrder(graph: Graph): GraphNode[] {
  const column = 120
  return Object.values(graph.nodes).sort(
    (a, b) => Math.round(a.position.x / column) - Math.round(b.position.x / column) || a.position.y - b.position.y,
  )
}

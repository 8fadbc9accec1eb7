/** The cards and lines of the canvas: the store's graph, and what is being dragged just now. */

import { applyNodeChanges, type EdgeChange, type NodeChange } from '@xyflow/react'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

import type { Point } from '../../model/types'
import { useDesk, useEditor, useEditorState } from '../context'
import { cardsOf, linesOf, type CardNode, type LineEdge } from './flow'

export interface Cards {
  cards: CardNode[]
  lines: LineEdge[]
  onNodesChange(changes: NodeChange<CardNode>[]): void
  onEdgesChange(changes: EdgeChange<LineEdge>[]): void
  keepPlaces(ids: Iterable<string>): void
}

export function useCards(): Cards {
  const editor = useEditor()
  const desk = useDesk()
  const graph = useEditorState((s) => s.graph)
  const selectedNodes = useEditorState((s) => s.selectedNodes)
  const selectedEdges = useEditorState((s) => s.selectedEdges)
  const [cards, setCards] = useState<CardNode[]>([])
  const [lines, setLines] = useState<LineEdge[]>([])
  const latest = useRef<readonly CardNode[]>(cards)
  useLayoutEffect(() => {
    latest.current = cards
  }, [cards])
  const { nodes, edges } = graph
  useLayoutEffect(
    () => setCards((before) => cardsOf({ nodes, edges }, selectedNodes, before)),
    [nodes, edges, selectedNodes],
  )
  useLayoutEffect(
    () => setLines((before) => linesOf({ nodes, edges }, selectedEdges, before)),
    [nodes, edges, selectedEdges],
  )

  const onNodesChange = useCallback(
    (changes: NodeChange<CardNode>[]) => {
      const { selectedNodes: now, selectedEdges: lineIds } = editor.getState()
      const selection = afterSelects(now, changes)
      if (selection) editor.actions.select(selection, lineIds)
      const seen = changes.filter((change) => change.type !== 'select' && change.type !== 'remove')
      if (seen.length > 0) setCards((before) => applyNodeChanges(seen, before))
    },
    [editor],
  )
  const onEdgesChange = useCallback(
    (changes: EdgeChange<LineEdge>[]) => {
      const { selectedNodes: nodeIds, selectedEdges: now } = editor.getState()
      const selection = afterSelects(now, changes)
      if (selection) editor.actions.select(nodeIds, selection)
    },
    [editor],
  )
  const keepPlaces = useCallback(
    (ids: Iterable<string>) => {
      const wanted = new Set(ids)
      const moved = latest.current.filter((card) => wanted.has(card.id) && isElsewhere(card))
      if (moved.length > 0)
        editor.actions.moveNodes(Object.fromEntries(moved.map((card) => [card.id, whole(card.position)])))
    },
    [editor],
  )
  const nudge = useCallback(
    (by: Point) => {
      const { selectedNodes: ids } = editor.getState()
      setCards((before) =>
        before.map((card) =>
          ids.has(card.id) ? { ...card, position: { x: card.position.x + by.x, y: card.position.y + by.y } } : card,
        ),
      )
    },
    [editor],
  )
  useEffect(() => {
    desk.setState({ mover: { nudge, keepPlaces } })
    return () => desk.setState({ mover: null })
  }, [desk, nudge, keepPlaces])
  return { cards, lines, onNodesChange, onEdgesChange, keepPlaces }
}

/** The selection after the changes; null when none of them is about it. */
export function afterSelects(
  now: ReadonlySet<string>,
  changes: readonly { type: string; id?: string; selected?: boolean }[],
): Set<string> | null {
  const selects = changes.filter((change) => change.type === 'select' && change.id !== undefined)
  if (selects.length === 0) return null
  const after = new Set(now)
  for (const { id, selected } of selects) {
    if (selected) after.add(id!)
    else after.delete(id!)
  }
  return after
}

function isElsewhere({ position, data }: CardNode): boolean {
  return position.x !== data.node.position.x || position.y !== data.node.position.y
}

function whole({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) }
}

/** Adding a node where there is room for it, ready to be used. */

import { useCallback } from 'react'

import type { Config, Graph, NodeType, Point } from '../../model/types'
import { useDesk, useEditor } from '../context'
import { CARD } from './cardSize'
import { starterData } from './starter'

const GAP = 80
/** Most cards fit in, ports and all. */
const ROOM = { width: 250, height: 190 }
const SHIFT = 32

/** Adds and selects a node: at the point, else right of the selection, else in the middle. Gives its id. */
export function useAddNode(): (type: NodeType, at?: Point, data?: Config) => string {
  const editor = useEditor()
  const desk = useDesk()
  return useCallback(
    (type, at, data) => {
      const { graph, selectedNodes, catalog } = editor.getState()
      const middle = desk.getState().camera?.middle() ?? { x: 0, y: 0 }
      const beside = rightOf(graph, selectedNodes)
      const place = at ?? freePlace(graph, beside ?? { x: middle.x - CARD.width / 2, y: middle.y - CARD.height / 2 })
      const id = editor.actions.addNode(type.type, rounded(place), { ...starterData(type, catalog), ...data })
      editor.actions.select([id])
      desk.getState().camera?.reveal(place)
      return id
    },
    [editor, desk],
  )
}

function rightOf(graph: Graph, selected: ReadonlySet<string>): Point | null {
  const nodes = [...selected].flatMap((id) => graph.nodes[id] ?? [])
  const last = nodes.sort((a, b) => b.position.x - a.position.x)[0]
  return last ? { x: last.position.x + last.size.width + GAP, y: last.position.y } : null
}

/** The point, moved down until no other node begins right there. */
export function freePlace(graph: Graph, wanted: Point): Point {
  const place = { ...wanted }
  const nodes = Object.values(graph.nodes)
  const taken = (): boolean =>
    nodes.some(
      ({ position }) => Math.abs(position.x - place.x) < ROOM.width && Math.abs(position.y - place.y) < ROOM.height,
    )
  for (let tries = 0; taken() && tries < 200; tries += 1) place.y += SHIFT
  return place
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) }
}

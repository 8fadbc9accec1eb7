/** Drawing connections: which ports fit, what happens on letting go, moving an end of a line. */

import type { Connection, FinalConnectionState, OnConnectStartParams } from '@xyflow/react'
import { useMemo, useRef, useState } from 'react'

import type { Point, Side } from '../../model/types'
import { useDesk, useEditor } from '../context'
import { edgeBetween, edgeOf, freePort, opposite, portsFor, type PortPlace } from './fitting'
import type { LineEdge } from './flow'
import { portKey } from './portKeys'

/** A port from which a line was drawn into the void: what node shall it lead to? */
export interface AskedNode extends PortPlace {
  /** On the page. */
  at: Point
  /** The canvas. */
  frame: DOMRect
}

export function useLinking() {
  const editor = useEditor()
  const desk = useDesk()
  const [asked, setAsked] = useState<AskedNode | null>(null)
  const moving = useRef<LineEdge | null>(null)

  const handlers = useMemo(() => {
    const isValidConnection = (line: Connection | LineEdge): boolean => {
      const fits = desk.getState().linking
      const edge = edgeOf(line)
      const from = portKey(edge.sourceNodeId, 'output', edge.sourcePortId)
      const to = portKey(edge.targetNodeId, 'input', edge.targetPortId)
      return fits !== null && (fits.has(from) || fits.has(to))
    }
    const onConnectStart = (_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams): void => {
      if (!nodeId || !handleId) return
      const { graph } = editor.getState()
      const without = moving.current?.id
      desk.setState({
        linking: portsFor(graph, nodeId, handleType === 'source' ? 'output' : 'input', handleId, without),
      })
    }
    const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
      const fits = desk.getState().linking
      desk.setState({ linking: null })
      if (state.isValid || state.toHandle || !state.fromNode || !state.fromHandle?.id || moving.current) return
      const at = pointOf(event)
      const pane = paneAt(at)
      if (!pane) return
      const side: Side = state.fromHandle.type === 'source' ? 'output' : 'input'
      const from = { nodeId: state.fromNode.id, portId: state.fromHandle.id, side }
      const nodeId = nodeAt(at)
      if (nodeId === null) return setAsked({ ...from, at, frame: pane.getBoundingClientRect() })
      const portId = fits && freePort(editor.getState().graph, nodeId, opposite(side), fits)
      if (portId) editor.actions.addEdge(edgeBetween(from, nodeId, portId))
    }
    return {
      isValidConnection,
      onConnectStart,
      onConnectEnd,
      onClickConnectStart: onConnectStart,
      onClickConnectEnd: () => desk.setState({ linking: null }),
      onConnect: (line: Connection) => void editor.actions.addEdge(edgeOf(line)),
      onReconnectStart: (_: unknown, line: LineEdge) => {
        moving.current = line
      },
      onReconnect: (line: LineEdge, to: Connection) => {
        if (!isSame(line, to)) {
          editor.actions.removeEdges([line.id])
          editor.actions.addEdge(edgeOf(to))
        }
      },
      onReconnectEnd: (event: MouseEvent | TouchEvent, line: LineEdge, _: unknown, state: FinalConnectionState) => {
        const at = pointOf(event)
        if (!state.toHandle && paneAt(at)) editor.actions.removeEdges([line.id])
        moving.current = null
        desk.setState({ linking: null })
      },
    }
  }, [editor, desk])
  return { handlers, asked, dismiss: () => setAsked(null) }
}

function isSame(line: LineEdge, to: Connection): boolean {
  return (
    line.source === to.source &&
    line.target === to.target &&
    line.sourceHandle === to.sourceHandle &&
    line.targetHandle === to.targetHandle
  )
}

/** The node whose card is at the point of the page. */
function nodeAt({ x, y }: Point): string | null {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>('.react-flow__node')?.dataset.id ?? null
}

/** The canvas, when the point of the page is there. */
function paneAt({ x, y }: Point): Element | null {
  return document.elementFromPoint(x, y)?.closest('.react-flow__pane') ?? null
}

function pointOf(event: MouseEvent | TouchEvent): Point {
  const { clientX, clientY } = 'changedTouches' in event ? event.changedTouches[0]! : event
  return { x: clientX, y: clientY }
}

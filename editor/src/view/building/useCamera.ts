/** Where the canvas looks: restored once, offered to the desk, remembered when the user moves it. */

import { useNodesInitialized, useReactFlow, type Viewport } from '@xyflow/react'
import { useCallback, useEffect, useRef, type RefObject } from 'react'

import { useDesk, useDeskState, useEditor, useEditorState } from '../context'
import type { Camera, DeskState } from '../desk'
import { CARD } from './cardSize'
import { readingOrder } from './flow'

const CLOSEST = 1.15
const GLIDE = 220
/** So many nodes are to be seen at first where little room is. */
const FEW = 2
/** Below this zoom a card cannot be read at arm's length. */
const READABLE = 0.6

export function useCamera(frame: RefObject<HTMLDivElement | null>) {
  const flow = useReactFlow()
  const editor = useEditor()
  const desk = useDesk()
  const isFilled = useEditorState((s) => Object.keys(s.graph.nodes).length > 0)
  const isMeasured = useNodesInitialized()
  const narrow = useDeskState((s) => s.narrow)
  const onOpen = useDeskState((s) => s.onOpen)
  /** Whether it was narrow when the view was placed; null before. */
  const restored = useRef<boolean | null>(null)

  useEffect(() => {
    const centre = () => {
      const box = frame.current?.getBoundingClientRect()
      return box ? { x: box.left + box.width / 2, y: box.top + box.height / 2 } : { x: 0, y: 0 }
    }
    const camera: Camera = {
      fit: (ids) =>
        void flow.fitView({
          ...(ids && { nodes: ids.map((id) => ({ id })) }),
          padding: paddingOf(desk.getState(), editor.getState().aside !== null),
          maxZoom: CLOSEST,
          duration: isCalm() ? 0 : GLIDE,
        }),
      zoomBy: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: isCalm() ? 0 : 120 }),
      reveal: ({ x, y }) => {
        const box = frame.current?.getBoundingClientRect()
        const [from, to] = [
          flow.flowToScreenPosition({ x, y }),
          flow.flowToScreenPosition({ x: x + CARD.width, y: y + CARD.height }),
        ]
        const isSeen = !box || (from.x >= box.left && from.y >= box.top && to.x <= box.right && to.y <= box.bottom)
        if (isSeen) return
        void flow.setCenter(x + CARD.width / 2, y + CARD.height / 2, {
          zoom: flow.getZoom(),
          duration: isCalm() ? 0 : GLIDE,
        })
      },
      toGraph: (point) => flow.screenToFlowPosition(point),
      middle: () => flow.screenToFlowPosition(centre()),
    }
    desk.setState({ camera })
    return () => desk.setState({ camera: null })
  }, [flow, editor, desk, frame])

  useEffect(() => {
    // Who only looks has no place of their own that could be lost.
    const isPlaced = restored.current !== null && (!onOpen || restored.current === narrow)
    if (isPlaced || !isFilled || !isMeasured) return
    restored.current = narrow
    const { viewport, canUndo, graph, aside } = editor.getState()
    // The first node was added here, where the user looks already.
    if (canUndo) return
    if (viewport && !narrow) void flow.setViewport(viewport)
    else
      void flow.fitView({
        ...(narrow && { nodes: readingOrder(graph).slice(0, onOpen ? 1 : FEW), minZoom: READABLE }),
        padding: paddingOf(desk.getState(), aside !== null),
        maxZoom: CLOSEST,
      })
  }, [isFilled, isMeasured, narrow, onOpen, editor, desk, flow])

  const onMoveEnd = useCallback(
    (event: unknown, viewport: Viewport) => {
      // Without an event it was the program that moved it.
      if (event && !editor.getState().readOnly) editor.actions.setViewport(viewport)
    },
    [editor],
  )
  return { onMoveEnd }
}

/** Room for the toolbar, for what is said of a run, and for the sheet where one covers the canvas. */
function paddingOf({ narrow, inspector, palette }: DeskState, saysWhich: boolean) {
  const covered = narrow && (inspector || palette)
  return { top: saysWhich ? '104px' : '32px', left: '36px', right: '36px', bottom: covered ? '66%' : '76px' } as const
}

function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** Where the canvas looks: restored once, offered to the desk, remembered when the user moves it. */

import { useNodesInitialized, useReactFlow, type Viewport } from '@xyflow/react'
import { useCallback, useEffect, useRef, type RefObject } from 'react'

import { useDesk, useEditor, useEditorState } from '../context'
import type { Camera, DeskState } from '../desk'
import { CARD } from './cardSize'
import { readingOrder } from './flow'

const CLOSEST = 1.15
const GLIDE = 220
/** So many nodes are to be seen at first where little room is. */
const FEW = 3

export function useCamera(frame: RefObject<HTMLDivElement | null>) {
  const flow = useReactFlow()
  const editor = useEditor()
  const desk = useDesk()
  const isFilled = useEditorState((s) => Object.keys(s.graph.nodes).length > 0)
  const isMeasured = useNodesInitialized()
  const restored = useRef(false)

  useEffect(() => {
    const centre = () => {
      const box = frame.current?.getBoundingClientRect()
      return box ? { x: box.left + box.width / 2, y: box.top + box.height / 2 } : { x: 0, y: 0 }
    }
    const camera: Camera = {
      fit: (ids) =>
        void flow.fitView({
          ...(ids && { nodes: ids.map((id) => ({ id })) }),
          padding: paddingOf(desk.getState()),
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
  }, [flow, desk, frame])

  useEffect(() => {
    if (restored.current || !isFilled || !isMeasured) return
    restored.current = true
    const { viewport, canUndo, graph } = editor.getState()
    // The first node was added here, where the user looks already.
    if (canUndo) return
    const { narrow } = desk.getState()
    if (viewport && !narrow) void flow.setViewport(viewport)
    else
      desk.getState().camera?.fit(
        narrow
          ? readingOrder(graph)
              .slice(0, FEW)
              .map((node) => node.id)
          : undefined,
      )
  }, [isFilled, isMeasured, editor, desk, flow])

  const onMoveEnd = useCallback(
    (event: unknown, viewport: Viewport) => {
      // Without an event it was the program that moved it.
      if (event && !editor.getState().readOnly) editor.actions.setViewport(viewport)
    },
    [editor],
  )
  return { onMoveEnd }
}

/** Room for the toolbar, and for the sheet where one covers the canvas. */
function paddingOf({ narrow, inspector, palette }: DeskState) {
  const covered = narrow && (inspector || palette)
  return { top: '32px', left: '36px', right: '36px', bottom: covered ? '66%' : '76px' } as const
}

function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

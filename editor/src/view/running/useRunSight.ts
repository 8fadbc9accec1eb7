/** Where the canvas looks while it shows what a run ran, and afterwards. */

import { useReactFlow, type Viewport } from '@xyflow/react'
import { useLayoutEffect, useRef } from 'react'

import { useDesk, useEditorState } from '../context'

/** Brings all of it to sight, and in the end what was in sight before. */
export function useRunSight(): void {
  const flow = useReactFlow()
  const desk = useDesk()
  const ran = useEditorState((shown) => (shown.aside ? shown.graph : null))
  const before = useRef<Viewport | 'all' | null>(null)
  useLayoutEffect(() => {
    const look = before.current
    if (!ran && !look) return
    if (ran && !look) before.current = isDrawn() ? flow.getViewport() : 'all'
    if (!ran) before.current = null
    // The cards are there once the canvas has drawn itself.
    const frame = requestAnimationFrame(() => {
      if (!ran && look && look !== 'all') void flow.setViewport(look)
      else desk.getState().camera?.fit()
    })
    return () => cancelAnimationFrame(frame)

    function isDrawn(): boolean {
      return flow.getNodes().some(({ measured }) => measured)
    }
  }, [ran, flow, desk])
}

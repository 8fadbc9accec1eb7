/** Laying the graph out anew by the sizes that its cards have on the screen. */

import { useReactFlow } from '@xyflow/react'
import { useCallback } from 'react'

import { useDesk, useEditor } from '../context'
import { sizeOf } from './cardSize'
import type { CardNode } from './flow'

export function useTidyUp(): () => void {
  const editor = useEditor()
  const desk = useDesk()
  const flow = useReactFlow<CardNode>()
  return useCallback(() => {
    const sizes = flow.getNodes().map((card) => [card.id, sizeOf(card)] as const)
    editor.actions.autoLayout(Object.fromEntries(sizes))
    requestAnimationFrame(() => desk.getState().camera?.fit())
  }, [editor, desk, flow])
}

/** Laying the graph out anew by the sizes that its cards have on the screen. */

import { useReactFlow } from '@xyflow/react'
import { useCallback } from 'react'

import { layOut } from '../../model/layout'
import { useDesk, useEditor } from '../context'
import type { CardNode } from './flow'

export function useTidyUp(): () => void {
  const editor = useEditor()
  const desk = useDesk()
  const flow = useReactFlow<CardNode>()
  return useCallback(() => {
    const sizes = flow
      .getNodes()
      .flatMap(({ id, measured }) =>
        measured?.width && measured.height ? [[id, { width: measured.width, height: measured.height }] as const] : [],
      )
    editor.actions.moveNodes(layOut(editor.getState().graph, Object.fromEntries(sizes)))
    requestAnimationFrame(() => desk.getState().camera?.fit())
  }, [editor, desk, flow])
}

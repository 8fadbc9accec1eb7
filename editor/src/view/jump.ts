/** Going to a node: selects it, opens the tab and moves the canvas there. */

import { useCallback } from 'react'

import { useDesk, useEditor } from './context'
import type { Tab } from './desk'

/** Jumps to the nodes that still exist; does nothing when none does. */
export function useJump(): (nodeIds: readonly string[], tab?: Tab) => void {
  const editor = useEditor()
  const desk = useDesk()
  return useCallback(
    (nodeIds, tab) => {
      const { nodes } = editor.getState().graph
      const found = nodeIds.filter((id) => id in nodes)
      if (found.length === 0) return
      editor.actions.select(found)
      if (tab && !desk.getState().narrow) desk.show(tab)
      if (desk.getState().narrow) desk.toggle('inspector', false)
      desk.getState().camera?.fit(found)
    },
    [editor, desk],
  )
}

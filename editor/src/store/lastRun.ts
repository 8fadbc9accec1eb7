/** Remembers, for a reload of the page, which run this tab is in the middle of. */

import { hasEnded } from './execution'
import type { EditorState, EditorStore } from './types'

/** The part of a Storage that is needed. */
export type Notes = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const PREFIX = 'wayflow-run:'

/** The run that went on when the page was left; null when none did. */
export function lastRun(notes: Notes, workflowId: string): string | null {
  return notes.getItem(PREFIX + workflowId)
}

/** Notes runs of one's own as long as they go on; what it gives stops it. */
export function noteRuns(store: EditorStore, notes: Notes, workflowId: string): () => void {
  const key = PREFIX + workflowId
  return store.subscribe((state, before) => {
    const [id, idBefore] = [goingOn(state), goingOn(before)]
    if (id === idBefore) return
    if (id) notes.setItem(key, id)
    else notes.removeItem(key)
  })
}

/** Also one that is out of sight; of one that is lost nobody has said that it ended. */
function goingOn({ execution, behind }: EditorState): string | null {
  const { past, runId, state } = behind?.execution ?? execution
  return past || !runId || state === 'idle' || hasEnded(state) ? null : runId
}

/** The notes of this tab; none where the browser keeps none. */
export function tabNotes(): Notes {
  try {
    return window.sessionStorage
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  }
}

/** Tells a screen reader that a run ended or waits, whatever is in sight. */

import type { ReactNode } from 'react'

import type { EditorState, RunState } from '../../store/types'
import { useEditorState } from '../context'

const SAID: Record<RunState, string> = {
  idle: '',
  running: 'The run has started.',
  paused: 'The run waits for your review.',
  completed: 'The run has completed.',
  error: 'The run has failed.',
  cancelled: 'The run was cancelled.',
  lost: 'The run cannot be shown.',
}

export function RunAnnouncer(): ReactNode {
  const said = useEditorState(saying)
  return (
    <div role="status" aria-live="polite" className="wf-visually-hidden">
      {said}
    </div>
  )
}

function saying({ execution }: EditorState): string {
  const { state, error } = execution
  return error && (state === 'error' || state === 'lost') ? `${SAID[state]} ${error.message}` : SAID[state]
}

/** Says that a run of the history is on the canvas, and leads back. */

import type { ReactNode } from 'react'

import { useDesk, useDeskState, useEditor, useEditorState } from '../context'
import { Button } from '../parts/Button'
import { Icon } from '../parts/Icon'

export function PastBanner(): ReactNode {
  const editor = useEditor()
  const desk = useDesk()
  const isElsewhere = useDeskState((shown) => shown.tab !== 'run')
  const isPast = useEditorState((shown) => shown.execution.past)
  const isLive = useEditorState((shown) => shown.execution.state === 'running')
  if (!isPast) return null
  return (
    <div className="wf-callout" data-tone="past">
      <p>
        <Icon name="history" size={14} /> {isLive ? 'You follow a run of the history.' : 'You see a run of the history.'}
      </p>
      <div className="wf-row">
        {isElsewhere && (
          <Button size="small" icon="eye" onClick={() => desk.show('run')}>
            Result
          </Button>
        )}
        <Button size="small" icon="edit" onClick={() => editor.actions.clearExecution()}>
          Back to editing
        </Button>
      </div>
    </div>
  )
}

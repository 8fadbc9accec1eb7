/** Says above the canvas which run is on it, and whether on another graph; leads back. */

import type { MouseEvent, ReactNode } from 'react'

import { ownOf } from '../../store/canvas'
import type { EditorState } from '../../store/types'
import { useDesk, useDeskState, useEditor, useEditorState, useServer } from '../context'
import { Button } from '../parts/Button'
import { Icon } from '../parts/Icon'
import { useRunSight } from './useRunSight'

export function RunBanner(): ReactNode {
  const isShown = useEditorState((shown) => shown.execution.past || shown.aside !== null)
  useRunSight()
  return isShown ? <Banner /> : null
}

function Banner(): ReactNode {
  const editor = useEditor()
  const desk = useDesk()
  const server = useServer()
  const tab = useDeskState((shown) => shown.tab)
  const isNarrow = useDeskState((shown) => shown.narrow)
  const what = useEditorState(whatIsSeen)
  const isOther = useEditorState((shown) => shown.aside !== null)
  const isVersion = useEditorState((shown) => typeof shown.execution.version === 'number')
  const isFixed = useEditorState((shown) => ownOf(shown).readOnly)
  const yours = useEditorState(whatIsBehind)
  const leave = (event: MouseEvent): void => {
    // The focus would be lost with the button.
    event.currentTarget.closest('.wf-main')?.querySelector<HTMLElement>('.wf-canvas')?.focus()
    editor.actions.leaveRun()
  }
  return (
    <section className="wf-run-banner wf-callout" data-tone="past" aria-label="Run on the canvas">
      <p>
        <Icon name="history" size={14} />
        <span>
          {what}
          {yours && <small>{yours}</small>}
          {isOther && <small>{`It ran another graph than the one ${isFixed ? 'of today' : 'you edit'}, and is shown on its own.`}</small>}
        </span>
      </p>
      <div className="wf-row">
        {!isNarrow && tab !== 'run' && (
          <Button size="small" icon="eye" onClick={() => desk.show('run')}>
            Result
          </Button>
        )}
        {!isNarrow && isOther && isVersion && server && tab !== 'versions' && (
          <Button size="small" icon="tag" onClick={() => desk.show('versions')}>
            Versions
          </Button>
        )}
        <Button size="small" look="primary" icon={isFixed || yours ? 'undo' : 'edit'} onClick={leave}>
          {yours ? 'Back to your run' : isFixed ? 'Back to the workflow' : 'Back to editing'}
        </Button>
      </div>
    </section>
  )
}

function whatIsBehind({ behind }: EditorState): string | null {
  if (!behind) return null
  const { state } = behind.execution
  if (state === 'paused') return 'Your own run waits for a review.'
  return state === 'running' ? 'Your own run goes on meanwhile.' : 'Your own run has ended meanwhile.'
}

/** In one text, so that nobody is told anew of what has not changed. */
function whatIsSeen({ execution: { state, version } }: EditorState): string {
  if (state === 'lost') return 'This run of the history cannot be shown.'
  const goesOn = state === 'running' || state === 'paused'
  const which = version == null ? (version === null ? ' of a graph that is no version' : '') : ` of version ${version}`
  return `You ${goesOn ? 'follow' : 'see'} a run${which || ' of the history'}.`
}

/** Run, or Cancel while it goes on; asks for inputs where some are required. */

import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'

import { ownOf } from '../../store/canvas'
import type { EditorState, RunState } from '../../store/types'
import { useDesk, useDeskState, useEditor, useEditorState } from '../context'
import { Button, IconButton } from '../parts/Button'
import { Badge } from './Badge'
import { inputFields, mustAsk, readForm, withRemembered } from './inputForm'
import { RunAnnouncer } from './RunAnnouncer'
import { RunForm } from './RunForm'
import { runningViewOf, useRunningView } from './runningView'
import { RUN_LOOKS } from './runStates'
import { useRunText } from './useRunText'

const GOES_ON: RunState[] = ['running', 'paused']

function isBusyBehind({ behind }: EditorState): boolean {
  return behind !== null && GOES_ON.includes(behind.execution.state)
}

function isBusy(state: EditorState): boolean {
  return GOES_ON.includes(state.execution.state) || isBusyBehind(state)
}

export function RunButton(): ReactNode {
  const state = useEditorState((editor) => editor.execution.state)
  const past = useEditorState((editor) => editor.execution.past)
  const goesOnBehind = useEditorState(isBusyBehind)
  const canRun = useEditorState((editor) => editor.canRun)
  const isAsking = useRunningView((view) => view.form)
  const { start, openForm } = useStart()
  const root = useRef<HTMLDivElement>(null)
  useShortcut(root, start)
  const goesOn = GOES_ON.includes(state)
  return (
    <div className="wf-run" ref={root}>
      <RunAnnouncer />
      <StateButton />
      {goesOn ? (
        <CancelButton isOther={past} />
      ) : canRun && !goesOnBehind && (
        <span className="wf-run-pair">
          <Button look="primary" icon="play" title="Run (Ctrl+Enter)" onClick={start}>
            Run
          </Button>
          <IconButton look="primary" icon="chevron-down" label="Run with other inputs" aria-haspopup="dialog" onClick={openForm} />
        </span>
      )}
      {isAsking && <RunForm />}
    </div>
  )
}

/** `start` runs at once where nothing has to be asked. */
function useStart(): { start(): void; openForm(): void } {
  const editor = useEditor()
  const desk = useDesk()
  const openForm = (): void => {
    if (!isBusy(editor.getState())) runningViewOf(editor).setState({ form: true })
  }
  const start = (): void => {
    const { canRun } = editor.getState()
    if (!canRun || isBusy(editor.getState()) || runningViewOf(editor).getState().form) return
    const fields = inputFields(ownOf(editor.getState()).graph)
    if (mustAsk(fields)) return openForm()
    const { inputs, errors } = readForm(fields, withRemembered(fields, runningViewOf(editor).getState().remembered))
    if (Object.keys(errors).length > 0) return openForm()
    if (!desk.getState().narrow) desk.show('run')
    void editor.actions.run(inputs)
  }
  return { start, openForm }
}

/** Ctrl+Enter anywhere in this editor. */
function useShortcut(inside: RefObject<HTMLElement | null>, start: () => void): void {
  const newest = useRef(start)
  useEffect(() => {
    newest.current = start
  })
  useEffect(() => {
    const root = inside.current?.closest<HTMLElement>('.wf-editor')
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
      if (event.target instanceof Element && event.target.closest('dialog')) return
      event.preventDefault()
      newest.current()
    }
    root?.addEventListener('keydown', onKeyDown)
    return () => root?.removeEventListener('keydown', onKeyDown)
  }, [inside])
}

const PATIENCE_MS = 8000

/** Stays pressed until the server has said that the run stopped, or did not answer for long. */
function CancelButton({ isOther }: { isOther: boolean }): ReactNode {
  const editor = useEditor()
  const [isAsked, setAsked] = useState(false)
  useEffect(() => {
    if (!isAsked) return
    const timer = setTimeout(() => setAsked(false), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isAsked])
  return (
    <Button
      look="danger"
      icon={isAsked ? 'spinner' : 'stop'}
      disabled={isAsked}
      title={isOther ? 'Cancels the run that is followed' : undefined}
      onClick={() => {
        setAsked(true)
        editor.actions.cancelRun()
      }}
    >
      {isAsked ? 'Cancelling…' : 'Cancel'}
    </Button>
  )
}

/** How the newest run stands; leads to its results. */
function StateButton(): ReactNode {
  const desk = useDesk()
  const state = useEditorState((editor) => editor.execution.state)
  const isNarrow = useDeskState((shown) => shown.narrow)
  const took = useRunText()
  if (state === 'idle') return null
  return (
    <button
      type="button"
      className="wf-run-state"
      title="Show the run"
      aria-label={`${RUN_LOOKS[state].label}. Show the run`}
      onClick={() => desk.show('run')}
    >
      <Badge look={isNarrow ? { ...RUN_LOOKS[state], label: '' } : RUN_LOOKS[state]}>{!isNarrow && took}</Badge>
    </button>
  )
}

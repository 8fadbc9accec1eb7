/** The run that is shown: how it stands, its result by field, its errors. */

import { useMemo, type ReactNode } from 'react'

import { useEditor, useEditorState } from '../context'
import { useJump } from '../jump'
import { Button } from '../parts/Button'
import { Icon } from '../parts/Icon'
import { Markdown } from '../parts/Markdown'
import { Badge } from './Badge'
import { copyText } from './copying'
import { CopyButton } from './CopyButton'
import { ErrorCard } from './ErrorCard'
import { placedErrors } from './errorPlaces'
import { NamedValue } from './NamedValue'
import { RunNodes } from './RunNodes'
import { runningViewOf } from './runningView'
import { RUN_LOOKS } from './runStates'
import { useRunText } from './useRunText'
import { resultFormats } from './valueKinds'

const MOST_ERRORS = 20

export function RunPanel(): ReactNode {
  const state = useEditorState((editor) => editor.execution.state)
  if (state === 'idle') return <NotRun />
  return (
    <section className="wf-run-panel" aria-label="Run">
      <Head />
      <Waiting />
      <Errors />
      <Result />
      <RunNodes />
    </section>
  )
}

function NotRun(): ReactNode {
  const canRun = useEditorState((editor) => editor.canRun)
  return (
    <div className="wf-nothing">
      <Icon name="play" size={22} />
      <p>Nothing has been run yet.</p>
      {canRun && <p className="wf-note">Press Run, or Ctrl+Enter. What is on the canvas is run, saved or not.</p>}
    </div>
  )
}

function Head(): ReactNode {
  const state = useEditorState((editor) => editor.execution.state)
  const runId = useEditorState((editor) => editor.execution.runId)
  const took = useRunText()
  return (
    <header className="wf-run-head">
      <Badge look={RUN_LOOKS[state]}>{took}</Badge>
      <span className="wf-grow" />
      {runId && <CopyButton text={() => runId} what="the run's id" label="Copy id" />}
    </header>
  )
}

function Waiting(): ReactNode {
  const editor = useEditor()
  const jump = useJump()
  const suspension = useEditorState((shown) => shown.execution.suspension)
  if (!suspension) return null
  return (
    <div className="wf-callout" data-tone="waiting">
      <Markdown text={suspension.instructions || 'Somebody has to look at this before the run goes on.'} />
      <div className="wf-row">
        <Button size="small" look="primary" icon="user-check" onClick={() => runningViewOf(editor).setState({ asideReview: null })}>
          Review
        </Button>
        <Button size="small" icon="arrow-right" onClick={() => jump([suspension.nodeId])}>
          Go to node
        </Button>
      </div>
    </div>
  )
}

function Errors(): ReactNode {
  const editor = useEditor()
  const state = useEditorState((shown) => shown.execution.state)
  const error = useEditorState((shown) => shown.execution.error)
  // Which nodes failed is looked up when the run has ended, not at each of its events.
  const placed = useMemo(() => {
    if (state !== 'error' && !error) return []
    const { execution, graph } = editor.getState()
    return placedErrors(execution, graph)
  }, [editor, state, error])
  if (placed.length === 0) return null
  return (
    <div className="wf-run-errors">
      {placed.slice(0, MOST_ERRORS).map((one, index) => (
        <ErrorCard key={one.node?.id ?? index} {...one} />
      ))}
      {placed.length > MOST_ERRORS && <p className="wf-note">{placed.length - MOST_ERRORS} more nodes failed.</p>}
    </div>
  )
}

function Result(): ReactNode {
  const editor = useEditor()
  const result = useEditorState((shown) => shown.execution.result)
  const state = useEditorState((shown) => shown.execution.state)
  const formats = useMemo(() => (result ? resultFormats(editor.getState().graph) : new Map<string, string>()), [editor, result])
  if (!result) return null
  const fields = Object.entries(result)
  if (fields.length === 0) {
    return state === 'completed' ? <p className="wf-note">The run has no result: nothing reached an Output node.</p> : null
  }
  return (
    <section className="wf-run-result" aria-label="Result">
      <header className="wf-section-head">
        <h3>Result</h3>
        <span className="wf-grow" />
        {fields.length > 1 && <CopyButton text={() => copyText(result)} what="the whole result" />}
      </header>
      {fields.map(([name, value]) => (
        <NamedValue key={name} name={name} value={value} format={formats.get(name)} />
      ))}
    </section>
  )
}

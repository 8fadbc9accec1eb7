/** The question at which a run waits: what is to be looked at, and the answer. */

import { useState, type ReactNode } from 'react'

import type { Decision, Suspension } from '../../store/types'
import { useDesk, useEditor, useEditorState } from '../context'
import { useJump } from '../jump'
import { Button } from '../parts/Button'
import { Dialog } from '../parts/Dialog'
import { Icon } from '../parts/Icon'
import { Markdown } from '../parts/Markdown'
import { Badge } from './Badge'
import { ErrorCard } from './ErrorCard'
import { nodeName } from '../../model/graphDiff'
import { ReviewData } from './ReviewData'
import { decisionOf, reviewKind, reviewProblem, reviewText } from './reviewDraft'
import { runningViewOf, useRunningView } from './runningView'
import { NODE_LOOKS } from './runStates'

/** Put aside it is a button above the canvas, and keeps what was edited. */
export function ReviewDialog(): ReactNode {
  const suspension = useEditorState((state) => state.execution.suspension)
  return suspension ? <Review key={keyOf(suspension)} suspension={suspension} /> : null
}

function keyOf(suspension: Suspension): string {
  return `${suspension.runId} ${suspension.nodeId}`
}

function Review({ suspension }: { suspension: Suspension }): ReactNode {
  const editor = useEditor()
  const desk = useDesk()
  const jump = useJump()
  const isAside = useRunningView((view) => view.asideReview === keyOf(suspension))
  const name = useEditorState(({ graph }) => {
    const node = graph.nodes[suspension.nodeId]
    return node ? nodeName(node) : 'Review'
  })
  const error = useEditorState((state) => state.execution.error)
  const kind = reviewKind(suspension.data)
  const [text, setText] = useState(() => reviewText(suspension.data))
  const problem = reviewProblem(kind, text)
  const setAside = (aside: boolean): void => runningViewOf(editor).setState({ asideReview: aside ? keyOf(suspension) : null })
  const decide = (branch: Decision['branch']): void => {
    if (!desk.getState().narrow) desk.show('run')
    editor.actions.decide(decisionOf(branch, suspension.data, text))
  }

  if (isAside) {
    return (
      <button type="button" className="wf-review-aside" onClick={() => setAside(false)}>
        <Icon name="user-check" />
        <span>{name} waits for you</span>
        <strong>Open</strong>
      </button>
    )
  }
  return (
    <Dialog
      title={name}
      aside={<Badge look={NODE_LOOKS.waiting} />}
      closeIcon="minus"
      closeLabel="Put aside and look at the canvas"
      size="large"
      onClose={() => setAside(true)}
      actions={
        <>
          <Button
            look="ghost"
            icon="eye"
            onClick={() => {
              setAside(true)
              jump([suspension.nodeId])
            }}
          >
            Look at the canvas
          </Button>
          <span className="wf-grow" />
          <Button look="danger" icon="x" disabled={problem !== null} onClick={() => decide('rejected')}>
            Reject
          </Button>
          <Button look="primary" icon="check" disabled={problem !== null} onClick={() => decide('approved')}>
            Approve
          </Button>
        </>
      }
    >
      {suspension.instructions && <Markdown text={suspension.instructions} />}
      <ReviewData kind={kind} data={suspension.data} text={text} problem={problem} onChange={setText} />
      {error && <ErrorCard error={error} />}
    </Dialog>
  )
}

/** How the run of one node stands: a bar, a word, the text as it streams, the error. */

import { memo } from 'react'

import type { NodeRunData, NodeState } from '../../store/types'
import { Icon } from '../parts/Icon'
import type { IconName } from '../parts/icons'
import { useEditorState } from '../context'

const LOOKS: Record<NodeState, { icon: IconName; word: string }> = {
  idle: { icon: 'circle', word: '' },
  running: { icon: 'spinner', word: 'Running' },
  complete: { icon: 'check', word: 'Complete' },
  error: { icon: 'alert', word: 'Failed' },
  skipped: { icon: 'skip', word: 'Skipped' },
  cancelled: { icon: 'ban', word: 'Cancelled' },
  waiting: { icon: 'pause', word: 'Waiting for review' },
}

/** So much of the end of a streamed text is shown. */
const TAIL = 220

export const NodeRunState = memo(function NodeRunState({ id }: { id: string }) {
  const run = useEditorState((s) => s.execution.nodes[id])
  if (!run || run.status === 'idle') return null
  const { icon, word } = LOOKS[run.status]
  return (
    <div className={`wf-node-run wf-node-run-${run.status}`}>
      <span className="wf-node-bar" />
      <div className="wf-node-state">
        <Icon name={icon} size={13} />
        <span>{word}</span>
        {run.attempt > 1 && <span className="wf-node-attempt">attempt {run.attempt}</span>}
        <span className="wf-node-time">{took(run)}</span>
      </div>
      {run.error ? (
        <p className="wf-node-error">{run.error.message}</p>
      ) : (
        run.text && <p className="wf-node-text">{tailOf(run.text)}</p>
      )}
    </div>
  )
})

function took({ startedAt, finishedAt }: NodeRunData): string {
  if (startedAt === undefined || finishedAt === undefined) return ''
  const ms = Math.max(0, finishedAt - startedAt)
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}

function tailOf(text: string): string {
  return text.length > TAIL ? `…${text.slice(-TAIL)}` : text
}

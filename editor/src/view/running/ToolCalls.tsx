/** What a model asked of tools, and what they answered. */

import { memo, type ReactNode } from 'react'

import type { ToolCall } from '../../store/types'
import { Icon } from '../parts/Icon'
import { ErrorCard } from './ErrorCard'
import { NamedValue } from './NamedValue'
import { durationText } from './runTimes'

const MOST = 200

export const ToolCalls = memo(function ToolCalls({ calls }: { calls: ToolCall[] }): ReactNode {
  return (
    <section className="wf-tool-calls" aria-label="Tool calls">
      <header className="wf-section-head">
        <h4>
          Tool calls <span className="wf-note">{calls.length}</span>
        </h4>
      </header>
      {calls.slice(0, MOST).map((call) => (
        <CallView key={call.callId} call={call} />
      ))}
      {calls.length > MOST && <p className="wf-note">{calls.length - MOST} more calls are not shown.</p>}
    </section>
  )
})

const CallView = memo(function CallView({ call }: { call: ToolCall }): ReactNode {
  const isOpen = call.result === undefined && call.error === undefined && call.durationMs === undefined
  const icon = call.error ? 'alert' : isOpen ? 'spinner' : 'check'
  return (
    <details className="wf-fold" data-tone={call.error ? 'bad' : isOpen ? 'busy' : 'good'}>
      <summary>
        <Icon name={icon} size={13} className={isOpen ? 'wf-spin' : ''} />
        <code>{call.tool}</code>
        <span className="wf-grow" />
        {call.durationMs !== undefined && <span className="wf-note">{durationText(call.durationMs)}</span>}
      </summary>
      <NamedValue name="Arguments" value={call.args} />
      {call.error ? <ErrorCard error={call.error} /> : !isOpen && <NamedValue name="Result" value={call.result ?? null} />}
    </details>
  )
})

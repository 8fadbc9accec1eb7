/** The tries of a node that failed before another one. */

import { memo, type ReactNode } from 'react'

import type { FailedAttempt } from '../../store/types'
import { Icon } from '../parts/Icon'
import { ErrorCard } from './ErrorCard'

export const FailedAttempts = memo(function FailedAttempts({ failures }: { failures: FailedAttempt[] }): ReactNode {
  return (
    <section className="wf-failures" aria-label="Failed attempts">
      <header className="wf-section-head">
        <h4>
          Failed attempts <span className="wf-note">{failures.length}</span>
        </h4>
      </header>
      {failures.map((failure) => (
        <Failure key={failure.attempt} failure={failure} />
      ))}
    </section>
  )
})

function Failure({ failure: { attempt, error, at } }: { failure: FailedAttempt }): ReactNode {
  return (
    <details className="wf-fold" data-tone="bad">
      <summary>
        <Icon name="alert" size={13} />
        <span className="wf-failure-number">Attempt {attempt}</span>
        <span className="wf-failure-message">{error.message}</span>
        {at !== undefined && (
          <time className="wf-note" dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
            {new Date(at).toLocaleTimeString()}
          </time>
        )}
      </summary>
      <ErrorCard error={error} />
    </details>
  )
}

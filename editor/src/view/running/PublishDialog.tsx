/** What publishing a version would mean, to be confirmed. */

import { useCallback, useState, type ReactNode } from 'react'

import type { Issue } from '../../model/types'
import { errorOf } from '../../store/execution'
import type { RunError } from '../../store/types'
import type { Preflight, Version, WorkflowServer } from '../../wire/types'
import { Button } from '../parts/Button'
import { Dialog } from '../parts/Dialog'
import { Icon } from '../parts/Icon'
import { ErrorCard } from './ErrorCard'
import { runLook } from './runStates'
import { useLoaded } from './useLoaded'

const MOST = 20

interface PublishDialogProps {
  server: WorkflowServer
  version: Version
  onClose(): void
  onPublished(): void
}

export function PublishDialog({ server, version, onClose, onPublished }: PublishDialogProps): ReactNode {
  const loaded = useLoaded(useCallback(() => server.preflight(version.number), [server, version.number]))
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<RunError | null>(null)
  const obstacle = loaded.state === 'there' ? obstacleOf(loaded.value) : null
  const publish = async (): Promise<void> => {
    setBusy(true)
    try {
      await server.publish(version.number)
      onPublished()
      onClose()
    } catch (caught) {
      setError(errorOf(caught))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={`Publish version ${version.number}`}
      onClose={onClose}
      actions={
        <>
          <span className="wf-grow" />
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" icon="upload" disabled={isBusy || loaded.state !== 'there' || obstacle !== null} onClick={() => void publish()}>
            {isBusy ? 'Publishing…' : 'Publish'}
          </Button>
        </>
      }
    >
      <p>Runs that begin from outside will take this version, until another is published.</p>
      {loaded.state === 'loading' && <p className="wf-note">Looking at what that means…</p>}
      {loaded.state === 'failed' && <ErrorCard error={loaded.error} />}
      {obstacle && <ErrorCard error={obstacle} />}
      {loaded.state === 'there' && <Findings preflight={loaded.value} />}
      {error && <ErrorCard error={error} />}
    </Dialog>
  )
}

/** Why the version cannot be published at all. */
function obstacleOf({ obstacle }: Preflight): RunError | null {
  if (typeof obstacle !== 'object' || obstacle === null || !('message' in obstacle)) return null
  return { message: String(obstacle.message), ...('code' in obstacle && { code: String(obstacle.code) }) }
}

function Findings({ preflight: { issues, runs } }: { preflight: Preflight }): ReactNode {
  return (
    <>
      {issues.length === 0 ? (
        <p className="wf-callout" data-tone="good">
          <Icon name="check" size={14} /> The check found nothing wrong.
        </p>
      ) : (
        <IssueList issues={issues} />
      )}
      {runs.length > 0 && (
        <section>
          <h3>Runs that keep their version</h3>
          <p className="wf-note">They began with another one and end with it, whatever is published.</p>
          <ul className="wf-facts-list">
            {runs.slice(0, MOST).map((run) => (
              <li key={run.id}>
                <code>{run.id.slice(0, 8)}</code> {runLook(run.status).label}
                {run.version !== null && <span className="wf-note"> version {run.version}</span>}
              </li>
            ))}
          </ul>
          {runs.length > MOST && <p className="wf-note">{runs.length - MOST} more.</p>}
        </section>
      )}
    </>
  )
}

function IssueList({ issues }: { issues: Issue[] }): ReactNode {
  return (
    <section>
      <h3>What the check found</h3>
      <ul className="wf-facts-list">
        {issues.slice(0, MOST).map((issue, index) => (
          <li key={index} data-tone={issue.severity === 'error' ? 'bad' : 'waiting'}>
            <Icon name={issue.severity === 'error' ? 'alert' : 'warning'} size={14} title={issue.severity} /> {issue.message}
          </li>
        ))}
      </ul>
      {issues.length > MOST && <p className="wf-note">{issues.length - MOST} more.</p>}
    </section>
  )
}

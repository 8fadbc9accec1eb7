/** Past runs of the workflow: pick one to see it on the canvas, or follow a live one. */

import { useCallback, useEffect, useState, type ReactNode } from 'react'

import type { RunSummary, WorkflowServer } from '../../wire/types'
import { useDesk, useEditor, useEditorState, useServer } from '../context'
import { IconButton } from '../parts/Button'
import { Icon } from '../parts/Icon'
import { Select } from '../parts/Select'
import { ListFoot } from './ListFoot'
import { NoServer } from './NoServer'
import { agoText, durationText } from './runTimes'
import { isLive, runLook } from './runStates'
import { usePages, type Pages } from './usePages'

const LIVE_REFRESH_MS = 4_000
/** Others may have started a run meanwhile. */
const REFRESH_MS = 15_000

/** By what the server calls the states; of several any will do. */
const FILTERS: Record<string, string> = {
  '': 'All runs',
  'queued,running,waiting': 'Going on',
  paused: 'Waiting for review',
  completed: 'Completed',
  error: 'Failed',
  cancelled: 'Cancelled',
}

export function HistoryPanel(): ReactNode {
  const server = useServer()
  return server ? <History server={server} /> : <NoServer icon="history" what="Past runs" />
}

function History({ server }: { server: WorkflowServer }): ReactNode {
  const editor = useEditor()
  const desk = useDesk()
  const [status, setStatus] = useState('')
  const pages = usePages(useCallback((next?: string) => server.runs({ next, status }), [server, status]))
  const shownId = useEditorState((state) => state.execution.runId)
  useRefresh(pages)
  const show = (run: RunSummary): void => {
    void editor.actions.showRun(run.id)
    if (desk.getState().narrow) desk.toggle('inspector', false)
  }
  return (
    <section className="wf-history" aria-label="Past runs">
      <header className="wf-section-head">
        <h3>Past runs</h3>
        <span className="wf-grow" />
        <Select aria-label="Which runs" value={status} onChange={(event) => setStatus(event.currentTarget.value)}>
          {Object.entries(FILTERS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        <IconButton icon="refresh" size="small" label="Load anew" onClick={pages.reload} />
      </header>
      {pages.items?.length === 0 && (
        <div className="wf-nothing">
          <Icon name="history" size={22} />
          <p>{status ? 'There is no such run.' : 'This workflow has not been run yet.'}</p>
        </div>
      )}
      <ul className="wf-list">
        {pages.items?.map((run) => (
          <li key={run.id}>
            <RunRow run={run} isShown={run.id === shownId} onShow={() => show(run)} />
          </li>
        ))}
      </ul>
      <ListFoot pages={pages} />
    </section>
  )
}

/** When the run on the canvas begins or ends, and now and then, unless somebody looks further back. */
function useRefresh({ reload, items, isFirst }: Pages<RunSummary>): void {
  const editor = useEditor()
  const isSomeLive = items?.some((run) => isLive(run.status)) ?? false
  useEffect(
    () =>
      editor.subscribe((state, before) => {
        const { execution } = state
        if (execution.state !== before.execution.state && !execution.past) reload()
      }),
    [editor, reload],
  )
  useEffect(() => {
    if (!isFirst) return
    const timer = setInterval(
      () => {
        if (document.visibilityState === 'visible') reload()
      },
      isSomeLive ? LIVE_REFRESH_MS : REFRESH_MS,
    )
    return () => clearInterval(timer)
  }, [reload, isSomeLive, isFirst])
}

interface RunRowProps {
  run: RunSummary
  isShown: boolean
  onShow(): void
}

function RunRow({ run, isShown, onShow }: RunRowProps): ReactNode {
  const look = runLook(run.status)
  const created = Date.parse(run.createdAt)
  const live = isLive(run.status)
  return (
    <button type="button" className="wf-list-item" data-tone={look.tone} aria-current={isShown || undefined} onClick={onShow}>
      <Icon name={look.icon} size={16} className={look.icon === 'spinner' ? 'wf-spin' : ''} title={look.label} />
      <span className="wf-list-main">
        <span className="wf-list-line">
          <strong>{look.label}</strong>
          {live && <span className="wf-live">Live</span>}
          <span className="wf-grow" />
          <time dateTime={run.createdAt} title={new Date(created).toLocaleString()}>
            {agoText(created, Date.now())}
          </time>
        </span>
        <span className="wf-list-line wf-note">
          <span>{run.trigger}</span>
          <span>{run.owner}</span>
          <span>{run.version === null ? 'unsaved graph' : `version ${run.version}`}</span>
          <span className="wf-grow" />
          {run.durationMs != null && <span className="wf-list-end">{durationText(run.durationMs)}</span>}
        </span>
      </span>
    </button>
  )
}

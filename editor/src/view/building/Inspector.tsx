/** The panel on the right, in tabs: the settings of what is selected, the run, the issues. */

import { useId, type KeyboardEvent } from 'react'

import { HistoryPanel, NodeRunPanel, RunPanel, VersionsPanel } from '../running'
import { useDesk, useDeskState, useEditorState, useServer } from '../context'
import type { Tab } from '../desk'
import { ConfigPanel } from './ConfigPanel'
import { IssuesPanel } from './IssuesPanel'

const LABELS: Record<Tab, string> = {
  config: 'Config',
  run: 'Run',
  issues: 'Issues',
  history: 'History',
  versions: 'Versions',
}

export function Inspector() {
  const id = useId()
  const desk = useDesk()
  const server = useServer()
  const tab = useDeskState((s) => s.tab)
  const issues = useEditorState((s) => s.issues.length)
  const tabs: Tab[] = server ? ['config', 'run', 'issues', 'history', 'versions'] : ['config', 'run', 'issues']
  const walk = (event: KeyboardEvent<HTMLElement>): void => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (way === 0) return
    event.preventDefault()
    event.stopPropagation()
    const next = tabs[(tabs.indexOf(tab) + way + tabs.length) % tabs.length]!
    desk.setState({ tab: next })
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus()
  }
  return (
    <aside className="wf-inspector" aria-label="Inspector">
      <div className="wf-tabs" role="tablist" aria-label="Inspector" onKeyDown={walk}>
        {tabs.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`${id}-${each}`}
            data-tab={each}
            aria-selected={tab === each}
            aria-controls={`${id}-panel`}
            tabIndex={tab === each ? 0 : -1}
            onClick={() => desk.setState({ tab: each })}
          >
            {LABELS[each]}
            {each === 'issues' && issues > 0 && <span className="wf-tab-count">{issues}</span>}
          </button>
        ))}
      </div>
      <div className="wf-tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`} tabIndex={-1}>
        {tab === 'config' && <ConfigPanel />}
        {tab === 'run' && <RunTab />}
        {tab === 'issues' && <IssuesPanel />}
        {tab === 'history' && <HistoryPanel />}
        {tab === 'versions' && <VersionsPanel />}
      </div>
    </aside>
  )
}

function RunTab() {
  return (
    <div className="wf-run-tab">
      <NodeRunPanel />
      <RunPanel />
    </div>
  )
}

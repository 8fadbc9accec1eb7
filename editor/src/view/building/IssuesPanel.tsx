/** What the server finds wrong with the graph; a click goes there. */

import type { Issue } from '../../model/types'
import { Icon } from '../parts/Icon'
import { useEditorState } from '../context'
import { useJump } from '../jump'
import { ordered } from './issueOrder'
import { nodeName } from './nodeName'

export function IssuesPanel() {
  const issues = useEditorState((s) => s.issues)
  if (issues.length === 0) {
    return (
      <div className="wf-calm">
        <Icon name="check" size={22} />
        <p>No issues</p>
      </div>
    )
  }
  return (
    <ul className="wf-issues" aria-label="Issues">
      {ordered(issues).map((issue, at) => (
        <li key={`${issue.code} ${issue.nodeIds?.join(' ')} ${at}`}>
          <IssueCard issue={issue} />
        </li>
      ))}
    </ul>
  )
}

function IssueCard({ issue }: { issue: Issue }) {
  const jump = useJump()
  const nodes = useEditorState((s) => s.graph.nodes)
  const found = (issue.nodeIds ?? []).flatMap((id) => nodes[id] ?? [])
  const tone = `wf-issue wf-tone-${issue.severity}`
  const text = (
    <>
      <Icon
        name={issue.severity === 'error' ? 'alert' : 'info'}
        title={issue.severity === 'error' ? 'Error' : 'Warning'}
      />
      <span className="wf-issue-text">
        <span className="wf-issue-where">{found.length > 0 ? found.map(nodeName).join(', ') : 'Workflow'}</span>
        <strong>{issue.message}</strong>
        {issue.hint && <span>{issue.hint}</span>}
        <code>{issue.code}</code>
      </span>
    </>
  )
  if (found.length === 0) return <div className={tone}>{text}</div>
  return (
    <button type="button" className={tone} onClick={() => jump(found.map((node) => node.id))}>
      {text}
      <Icon name="chevron-right" size={14} className="wf-issue-go" />
    </button>
  )
}

/** How many issues there are; a click shows them. */

import { Icon } from '../parts/Icon'
import { useDesk, useEditorState } from '../context'

export function IssuesCount() {
  const desk = useDesk()
  const count = useEditorState((s) => s.issues.length)
  const errors = useEditorState((s) => s.issues.filter((issue) => issue.severity === 'error').length)
  if (count === 0) return null
  const label = `${count} ${count === 1 ? 'issue' : 'issues'}`
  return (
    <button
      type="button"
      className={`wf-issues-count wf-tone-${errors > 0 ? 'error' : 'warning'}`}
      aria-label={label}
      title={label}
      onClick={() => desk.show('issues')}
    >
      <Icon name="alert" size={14} />
      {count}
      <span className="wf-issues-word">{count === 1 ? 'issue' : 'issues'}</span>
    </button>
  )
}

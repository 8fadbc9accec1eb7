/** The bar on top: the workflow, whether it is saved, what is wrong, and Run. */

import { RunButton, SavingBadge } from '../running'
import { IconButton } from '../parts/Button'
import { Popover } from '../parts/Popover'
import { useDesk, useDeskState } from '../context'
import { EditorMenu } from './EditorMenu'
import { IssuesCount } from './IssuesCount'
import { MetadataForm, WorkflowName } from './MetadataForm'

export function Header() {
  const desk = useDesk()
  const palette = useDeskState((s) => s.palette)
  const inspector = useDeskState((s) => s.inspector)
  const narrow = useDeskState((s) => s.narrow)
  return (
    <header className="wf-header">
      {!narrow && (
        <IconButton
          icon="panel-left"
          label={palette ? 'Hide the nodes' : 'Show the nodes'}
          aria-expanded={palette}
          className="wf-panel-toggle"
          onClick={() => desk.toggle('palette')}
        />
      )}
      <div className="wf-title">
        <WorkflowName />
        <Popover
          label="About this workflow"
          button={(props) => <IconButton size="small" icon="chevron-down" label="About this workflow" {...props} />}
        >
          {() => <MetadataForm />}
        </Popover>
      </div>
      <SavingBadge />
      <span className="wf-grow" />
      <IssuesCount />
      <RunButton />
      <EditorMenu />
      <IconButton
        icon="panel"
        label={inspector ? 'Hide the inspector' : 'Show the inspector'}
        aria-expanded={inspector}
        className="wf-panel-toggle"
        onClick={() => desk.toggle('inspector')}
      />
    </header>
  )
}

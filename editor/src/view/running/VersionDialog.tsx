/** A version beside what is on the canvas, and the way back to it. */

import { useCallback, useMemo, useState, type ReactNode } from 'react'

import type { Graph } from '../../model/types'
import { ownOf } from '../../store/canvas'
import { errorOf } from '../../store/execution'
import type { RunError } from '../../store/types'
import type { Version, WorkflowServer } from '../../wire/types'
import { useEditor, useEditorState } from '../context'
import { Button } from '../parts/Button'
import { Dialog } from '../parts/Dialog'
import { DiffList } from './DiffList'
import { ErrorCard } from './ErrorCard'
import { diffGraphs } from '../../model/graphDiff'
import { GraphSketch } from './GraphSketch'
import { useLoaded } from './useLoaded'

const WORDS = { added: 'Only in the version', removed: 'Only on the canvas', changed: 'Differs', before: 'on the canvas' }

interface VersionDialogProps {
  server: WorkflowServer
  version: Version
  canRestore: boolean
  onClose(): void
  onRestored(): void
}

export function VersionDialog({ server, version, canRestore, onClose, onRestored }: VersionDialogProps): ReactNode {
  const editor = useEditor()
  const loaded = useLoaded(useCallback(() => server.versionGraph(version.number), [server, version.number]))
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<RunError | null>(null)
  const restore = async (): Promise<void> => {
    setBusy(true)
    try {
      await editor.actions.saveNow()
      if (editor.getState().saving.state !== 'saved') throw new Error('What is on the canvas is not saved, and would be lost. Save it first.')
      await server.restore(version.number)
      await editor.actions.reload()
      if (editor.getState().aside) editor.actions.leaveRun()
      onRestored()
      onClose()
    } catch (caught) {
      setError(errorOf(caught))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={`Version ${version.number}`}
      aside={version.label ? <span className="wf-note">{version.label}</span> : undefined}
      onClose={onClose}
      size="large"
      actions={
        <>
          {canRestore && <span className="wf-note">What is on the canvas stays as a version too.</span>}
          <span className="wf-grow" />
          <Button onClick={onClose}>Close</Button>
          {canRestore && (
            <Button look="primary" icon="undo" disabled={isBusy || loaded.state !== 'there'} onClick={() => void restore()}>
              {isBusy ? 'Restoring…' : 'Restore'}
            </Button>
          )}
        </>
      }
    >
      {error && <ErrorCard error={error} />}
      {loaded.state === 'loading' && <p className="wf-note">Loading…</p>}
      {loaded.state === 'failed' && <ErrorCard error={loaded.error} />}
      {loaded.state === 'there' && <Comparison graph={loaded.value} />}
    </Dialog>
  )
}

function Comparison({ graph }: { graph: Graph }): ReactNode {
  const current = useEditorState((state) => ownOf(state).graph)
  const diff = useMemo(() => diffGraphs(current, graph), [current, graph])
  const marked = useMemo(() => new Set([...diff.added, ...diff.changed].map((node) => node.id)), [diff])
  return (
    <>
      <GraphSketch graph={graph} marked={marked} label="How the version looks" />
      <h3>Compared with the canvas</h3>
      <DiffList diff={diff} words={WORDS} />
    </>
  )
}

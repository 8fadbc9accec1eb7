/** Somebody else saved this workflow: both states beside each other, and a choice. */

import { useEffect, useMemo, type ReactNode } from 'react'

import type { Graph } from '../../model/types'
import { ownOf } from '../../store/canvas'
import { useEditor, useEditorState } from '../context'
import { Button } from '../parts/Button'
import { Dialog } from '../parts/Dialog'
import { DiffList } from './DiffList'
import { diffGraphs } from '../../model/graphDiff'
import { runningViewOf, useRunningView } from './runningView'

const WORDS = { added: 'Only yours', removed: 'Only theirs', changed: 'Differs', before: 'theirs' }

export function ConflictDialog(): ReactNode {
  const editor = useEditor()
  const isConflict = useEditorState((state) => state.saving.state === 'conflict')
  const isLeft = useRunningView((view) => view.conflictLeft)
  useEffect(() => {
    if (!isConflict) runningViewOf(editor).setState({ conflictLeft: false })
  }, [editor, isConflict])
  return isConflict && !isLeft ? <Choice /> : null
}

function Choice(): ReactNode {
  const editor = useEditor()
  const mine = useEditorState((state) => ownOf(state).graph)
  const theirs = useEditorState((state) => state.saving.theirs?.graph)
  const diff = useMemo(() => theirs && diffGraphs(theirs, mine), [mine, theirs])
  const leave = (): void => runningViewOf(editor).setState({ conflictLeft: true })
  return (
    <Dialog
      title="Somebody else saved this workflow"
      size="large"
      onClose={leave}
      actions={
        <>
          <Button look="ghost" onClick={leave}>
            Decide later
          </Button>
          <span className="wf-grow" />
          <Button onClick={() => editor.actions.takeTheirs()}>Take theirs</Button>
          <Button look="danger" onClick={() => void editor.actions.saveNow({ overwrite: true })}>
            Keep mine and overwrite
          </Button>
        </>
      }
    >
      <p>
        It was saved elsewhere, perhaps in another tab, after you opened it. Nothing has been overwritten. Until you choose, your changes
        are kept here but not saved.
      </p>
      <div className="wf-standings">
        <Side title="Yours" note="On this canvas, not saved" graph={mine} />
        {theirs ? <Side title="Theirs" note="Saved on the server" graph={theirs} /> : <p className="wf-note">What they saved cannot be shown.</p>}
      </div>
      {diff && (
        <>
          <h3>Differences</h3>
          <DiffList diff={diff} words={WORDS} />
        </>
      )}
      <p className="wf-note">What you overwrite stays among the versions. What you take is one step of undo away from yours.</p>
    </Dialog>
  )
}

function Side({ title, note, graph }: { title: string; note: string; graph: Graph }): ReactNode {
  return (
    <section className="wf-standing">
      <h3>{title}</h3>
      <p className="wf-note">{note}</p>
      <dl className="wf-facts">
        <Count term="Name">{graph.metadata?.name || 'none'}</Count>
        <Count term="Nodes">{Object.keys(graph.nodes).length}</Count>
        <Count term="Connections">{Object.keys(graph.edges).length}</Count>
      </dl>
    </section>
  )
}

function Count({ term, children }: { term: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** What an empty canvas says. */

import { Button } from '../parts/Button'
import { useDesk, useDeskState, useEditorState } from '../context'

export function Welcome() {
  const desk = useDesk()
  const readOnly = useEditorState((s) => s.readOnly)
  const narrow = useDeskState((s) => s.narrow)
  return (
    <div className="wf-welcome">
      <h2>{readOnly ? 'This workflow is empty' : 'Start with a node'}</h2>
      {!readOnly && (
        <p>
          Add an Input, something that works on it, and an Output. Draw a line from one port to the next, then press
          Run.
        </p>
      )}
      {!readOnly && narrow && (
        <Button look="primary" icon="plus" onClick={() => desk.toggle('palette', true)}>
          Add a node
        </Button>
      )}
    </div>
  )
}

/** A selected connection: from where to where, and a way to remove it. */

import { Button } from '../parts/Button'
import { useEditor, useEditorState } from '../context'
import { nodeName } from './nodeName'

export function EdgeDetails({ id }: { id: string }) {
  const editor = useEditor()
  const graph = useEditorState((s) => s.graph)
  const readOnly = useEditorState((s) => s.readOnly)
  const edge = graph.edges[id]
  const source = edge && graph.nodes[edge.sourceNodeId]
  const target = edge && graph.nodes[edge.targetNodeId]
  if (!edge || !source || !target) return null
  return (
    <div className="wf-config">
      <h2>Connection</h2>
      <p>
        <strong>{nodeName(source)}</strong> <code>{edge.sourcePortId}</code> → <strong>{nodeName(target)}</strong>{' '}
        <code>{edge.targetPortId}</code>
      </p>
      {!readOnly && (
        <div className="wf-actions">
          <Button icon="unlink" look="danger" onClick={() => editor.actions.removeEdges([id])}>
            Remove the connection
          </Button>
        </div>
      )}
    </div>
  )
}

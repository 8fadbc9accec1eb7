/** The line between two ports, in the colour of what flows and the state of the run. */

import { BaseEdge, EdgeLabelRenderer, getBezierPath, useStore, type EdgeProps } from '@xyflow/react'
import { memo } from 'react'

import { classes } from '../parts/classes'
import { Icon } from '../parts/Icon'
import { useEditor, useEditorState } from '../context'
import { isFar } from './far'
import type { LineEdge } from './flow'
import { typeColour } from './typeColour'

export const EdgeLine = memo(function EdgeLine(props: EdgeProps<LineEdge>) {
  const { id, source, sourceHandleId, selected } = props
  const editor = useEditor()
  const far = useStore(isFar)
  const state = useEditorState((s) => s.execution.edges[id] ?? 'idle')
  const readOnly = useEditorState((s) => s.readOnly)
  const alone = useEditorState((s) => s.selectedEdges.size === 1 && s.selectedNodes.size === 0)
  const dataType = useEditorState(
    (s) => s.graph.nodes[source]?.ports.find((port) => port.side === 'output' && port.id === sourceHandleId)?.dataType,
  )
  const [path, x, y] = getBezierPath({ ...props, curvature: 0.3 })
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={far ? 0 : 18}
        className={classes('wf-edge', `wf-edge-${state}`, selected && 'wf-edge-selected')}
        style={{ stroke: selected ? undefined : typeColour(dataType) }}
      />
      {selected && alone && !readOnly && (
        <EdgeLabelRenderer>
          <button
            type="button"
            className="wf-edge-cut nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            aria-label="Remove this connection"
            title="Remove this connection"
            onClick={() => editor.actions.removeEdges([id])}
          >
            <Icon name="x" size={11} />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  )
})

/** A node on the canvas: what it is, its ports, what it is set to, and how its run goes. */

import { useUpdateNodeInternals, type NodeProps } from '@xyflow/react'
import { memo, useEffect, useMemo, useRef } from 'react'

import { NARROWEST } from '../../model/placing'
import type { GraphNode, NodeType } from '../../model/types'
import { classes } from '../parts/classes'
import { Icon } from '../parts/Icon'
import { useEditorState } from '../context'
import type { CardNode } from './flow'
import { severities } from './issueOrder'
import { isListPort } from './listPorts'
import { NodeRunState } from './NodeRunState'
import { NodeTitle } from './NodeTitle'
import { PortRow } from './PortRow'
import { summaryOf } from './summary'
import { useNodeType } from './useNodeType'

/** Being dragged and being selected change what is around the card alone. */
export const NodeCard = memo(Card, (before, after) => before.data.node === after.data.node)

function Card({ data: { node } }: NodeProps<CardNode>) {
  const type = useNodeType(node.type)
  const state = useEditorState((s) => s.execution.nodes[node.id]?.status ?? 'idle')
  const severity = useEditorState((s) => severities(s.issues).get(node.id))
  useFreshHandles(node)
  return (
    <article
      className={classes('wf-card', `wf-card-${state}`, !type && 'wf-card-unknown')}
      data-category={type?.category}
      data-node-type={node.type}
      data-state={state}
      style={{ width: Math.max(node.size.width, NARROWEST) }}
    >
      <header className="wf-card-head">
        <span className="wf-card-icon">
          <Icon name={node.icon ?? type?.icon ?? 'box'} size={17} />
        </span>
        <NodeTitle node={node} type={type} />
        {severity && (
          <span
            className={`wf-card-issue wf-card-issue-${severity}`}
            role="img"
            aria-label={`Has ${severity}s`}
            title={`Has ${severity}s`}
          >
            <Icon name="alert" size={14} />
          </span>
        )}
      </header>
      <Ports node={node} type={type} />
      <Summary node={node} type={type} />
      <NodeRunState id={node.id} />
    </article>
  )
}

function Ports({ node, type }: { node: GraphNode; type: NodeType | undefined }) {
  if (node.ports.length === 0) return null
  const side = (wanted: 'input' | 'output') =>
    node.ports
      .filter((port) => port.side === wanted)
      .map((port) => <PortRow key={port.id} nodeId={node.id} port={port} list={isListPort(port, type, node.data)} />)
  return (
    <div className="wf-card-ports">
      <div>{side('input')}</div>
      <div>{side('output')}</div>
    </div>
  )
}

function Summary({ node, type }: { node: GraphNode; type: NodeType | undefined }) {
  const text = useMemo(() => summaryOf(type, node.data), [type, node.data])
  const catalogIsThere = useEditorState((s) => s.catalog.nodeTypes.length > 0)
  if (!type && catalogIsThere) return <p className="wf-card-summary">This server has no “{node.type}” nodes</p>
  return text ? <p className="wf-card-summary">{text}</p> : null
}

/** The canvas measures handles once; it must be told when there are others. */
function useFreshHandles(node: GraphNode): void {
  const update = useUpdateNodeInternals()
  const handles = node.ports.map((port) => `${port.side} ${port.id}`).join('\n')
  const measured = useRef(handles)
  useEffect(() => {
    if (measured.current === handles) return
    measured.current = handles
    update(node.id)
  }, [update, node.id, handles])
}

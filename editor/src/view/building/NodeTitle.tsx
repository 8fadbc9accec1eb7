/** The name on a card, which a double click or F2 makes editable, and its type below. */

import { useEffect, useRef, useState, type KeyboardEvent } from 'react'

import type { GraphNode, NodeType } from '../../model/types'
import { useDesk, useDeskState, useEditor, useEditorState } from '../context'

export function NodeTitle({ node, type }: { node: GraphNode; type: NodeType | undefined }) {
  const desk = useDesk()
  const renaming = useDeskState((s) => s.renaming === node.id)
  const readOnly = useEditorState((s) => s.readOnly)
  const label = type?.label ?? node.label
  if (renaming && !readOnly) return <NameInput node={node} label={label} />
  return (
    <div className="wf-card-title" onDoubleClick={readOnly ? undefined : () => desk.setState({ renaming: node.id })}>
      <span className="wf-card-name">{node.name || label}</span>
      {node.name && node.name !== label && <span className="wf-card-type">{label}</span>}
    </div>
  )
}

function NameInput({ node, label }: { node: GraphNode; label: string }) {
  const editor = useEditor()
  const desk = useDesk()
  const [name, setName] = useState(node.name ?? '')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  const finish = (keep: boolean): void => {
    if (desk.getState().renaming !== node.id) return
    desk.setState({ renaming: null })
    if (keep && name.trim() !== (node.name ?? '')) editor.actions.setNodeName(node.id, name.trim())
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    event.stopPropagation()
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    const card = event.currentTarget.closest<HTMLElement>('.react-flow__node')
    finish(event.key === 'Enter')
    card?.focus()
  }
  return (
    <input
      ref={input}
      autoFocus
      className="wf-card-rename nodrag nopan"
      aria-label="Name of the node"
      value={name}
      placeholder={label}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={() => finish(true)}
      onKeyDown={onKeyDown}
    />
  )
}

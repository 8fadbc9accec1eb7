/** One node type of the palette. */

import type { DragEvent } from 'react'

import type { NodeType } from '../../model/types'
import { Icon } from '../parts/Icon'
import { useEditorState } from '../context'

/** What a drag from the palette carries: the name of the node type. */
export const DRAGGED_TYPE = 'application/x-wayflow-node-type'

export function PaletteItem({ type, onAdd }: { type: NodeType; onAdd(): void }) {
  const present = useEditorState(
    (s) => type.unique && Object.values(s.graph.nodes).some((node) => node.type === type.type),
  )
  const readOnly = useEditorState((s) => s.readOnly)
  const disabled = present || readOnly
  const carry = (event: DragEvent): void => {
    event.dataTransfer.setData(DRAGGED_TYPE, type.type)
    event.dataTransfer.effectAllowed = 'copy'
  }
  return (
    <button
      type="button"
      className="wf-palette-item"
      data-category={type.category}
      data-node-type={type.type}
      disabled={disabled}
      draggable={!disabled}
      onDragStart={carry}
      onClick={onAdd}
      title={present ? `${type.label}: there can be only one, and it is there` : type.description}
    >
      <span className="wf-card-icon">
        <Icon name={type.icon} />
      </span>
      {type.label}
    </button>
  )
}

/** What is selected, and all that can be set of it. */

import { useState } from 'react'

import type { GraphNode, Json } from '../../model/types'
import { Button, IconButton } from '../parts/Button'
import { Field } from '../parts/Field'
import { Icon } from '../parts/Icon'
import { useEditor, useEditorState } from '../context'
import { Connections } from './Connections'
import { controlFor } from './controls'
import { EdgeDetails } from './EdgeDetails'
import { MetadataForm } from './MetadataForm'
import { PolicyForm } from './PolicyForm'
import { RawSettings } from './RawSettings'
import { ReviewForm } from './ReviewForm'
import { useNodeType } from './useNodeType'

export function ConfigPanel() {
  const chosen = useEditorState((s) => s.selectedNodes)
  const edges = useEditorState((s) => s.selectedEdges)
  const first = [...chosen][0]
  const node = useEditorState((s) => (first === undefined ? undefined : s.graph.nodes[first]))
  if (chosen.size > 1) return <ManyChosen count={chosen.size} />
  if (node) return <NodeConfig key={node.id} node={node} />
  if (edges.size === 1) return <EdgeDetails id={[...edges][0]!} />
  return (
    <div className="wf-config">
      <MetadataForm />
      <p className="wf-empty">Select a node to see its settings.</p>
    </div>
  )
}

function NodeConfig({ node }: { node: GraphNode }) {
  const editor = useEditor()
  const type = useNodeType(node.type)
  const readOnly = useEditorState((s) => s.readOnly)
  const change = (key: string, value: Json | undefined): void => {
    // A key that is undefined is removed.
    editor.actions.updateNodeData(node.id, { [key]: value } as Record<string, Json>)
  }
  return (
    <div className="wf-config">
      <div className="wf-config-head" data-category={type?.category}>
        <span className="wf-card-icon">
          <Icon name={node.icon ?? type?.icon ?? 'box'} size={17} />
        </span>
        <div>
          <h2>{type?.label ?? node.label}</h2>
          <p>{type?.description ?? `This server does not know nodes of type “${node.type}”.`}</p>
        </div>
        {!readOnly && (
          <>
            <IconButton
              size="small"
              icon="copy"
              label="Duplicate"
              onClick={() => editor.actions.duplicateSelection()}
            />
            <IconButton size="small" icon="trash" label="Delete" onClick={() => editor.actions.deleteSelection()} />
          </>
        )}
      </div>
      <NodeName node={node} label={type?.label ?? node.label} readOnly={readOnly} />
      {Object.entries(type?.config ?? {}).map(([key, field]) => {
        const Control = controlFor(field.kind)
        return (
          <Control
            key={key}
            node={node}
            name={key}
            field={field}
            value={node.data[key]}
            readOnly={readOnly}
            onChange={(value) => change(key, value)}
          />
        )
      })}
      {type?.mappable && (
        <PerItem value={node.data.runPerItem} readOnly={readOnly} onChange={(value) => change('runPerItem', value)} />
      )}
      {node.type === 'humanInTheLoop' && (
        <ReviewForm value={node.data.review} readOnly={readOnly} onChange={(value) => change('review', value)} />
      )}
      <Connections node={node} readOnly={readOnly} />
      {type && (
        <PolicyForm
          type={type}
          value={node.data.policy}
          readOnly={readOnly}
          onChange={(value) => change('policy', value)}
        />
      )}
      <RawSettings node={node} open={!type} readOnly={readOnly} />
    </div>
  )
}

/** What is typed is kept as it is, spaces at its end too, until it is left. */
function NodeName({ node, label, readOnly }: { node: GraphNode; label: string; readOnly: boolean }) {
  const editor = useEditor()
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <Field label="Name">
      {(links) => (
        <input
          {...links}
          className="wf-input"
          value={typed ?? node.name ?? ''}
          placeholder={label}
          readOnly={readOnly}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            editor.actions.setNodeName(node.id, event.currentTarget.value)
          }}
          onBlur={() => setTyped(null)}
        />
      )}
    </Field>
  )
}

function PerItem({
  value,
  readOnly,
  onChange,
}: {
  value: Json | undefined
  readOnly: boolean
  onChange(value: Json | undefined): void
}) {
  const on = value === true
  return (
    <label className="wf-check wf-check-line">
      <input type="checkbox" checked={on} disabled={readOnly} onChange={() => onChange(on ? undefined : true)} />
      <span>
        Run once per item
        <small>For every item of the one list that comes in, all at once.</small>
      </span>
    </label>
  )
}

function ManyChosen({ count }: { count: number }) {
  const editor = useEditor()
  const readOnly = useEditorState((s) => s.readOnly)
  return (
    <div className="wf-config">
      <h2>{count} nodes selected</h2>
      {!readOnly && (
        <div className="wf-actions">
          <Button icon="copy" onClick={() => editor.actions.duplicateSelection()}>
            Duplicate
          </Button>
          <Button icon="trash" look="danger" onClick={() => editor.actions.deleteSelection()}>
            Delete
          </Button>
        </div>
      )}
    </div>
  )
}

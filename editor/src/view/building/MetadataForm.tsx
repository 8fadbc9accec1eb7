/** What the workflow is called, what it is for, and whether models may use it as a tool. */

import { useState } from 'react'

import type { Graph } from '../../model/types'
import { Field } from '../parts/Field'
import { Switch } from '../parts/Switch'
import { TextArea } from '../parts/TextArea'
import { useEditor, useEditorState } from '../context'

const NONE: NonNullable<Graph['metadata']> = {}

export function MetadataForm() {
  const editor = useEditor()
  const metadata = useEditorState((s) => s.graph.metadata ?? NONE)
  const readOnly = useEditorState((s) => s.readOnly)
  const { updateMetadata } = editor.actions
  const tool = metadata.exposedAsTool === true
  const needsName = tool && !metadata.name?.trim()
  return (
    <div className="wf-metadata">
      <Field label="Name" error={needsName ? 'A tool needs a name.' : null}>
        {(links) => (
          <input
            {...links}
            className="wf-input"
            value={metadata.name ?? ''}
            placeholder="Untitled workflow"
            readOnly={readOnly}
            onChange={(event) => updateMetadata({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label="Description">
        {(links) => (
          <TextArea
            {...links}
            rows={2}
            value={metadata.description ?? ''}
            placeholder="What it does, and when to use it"
            readOnly={readOnly}
            onChange={(event) => updateMetadata({ description: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field
        inline
        label="Expose as a tool"
        help={
          tool ? (
            <ToolName name={metadata.name ?? ''} />
          ) : (
            'Models in other workflows may then call it; its Input fields are the arguments.'
          )
        }
      >
        {(links) => (
          <Switch
            {...links}
            checked={tool}
            disabled={readOnly}
            onChange={(exposedAsTool) => updateMetadata({ exposedAsTool })}
          />
        )}
      </Field>
    </div>
  )
}

function ToolName({ name }: { name: string }) {
  const word = name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return word ? (
    <>
      Models call it <code>{word}</code>, and choose it by its description.
    </>
  ) : (
    'Models choose it by its name and description.'
  )
}

/** The workflow's name in the header, to be edited where it stands. */
export function WorkflowName() {
  const editor = useEditor()
  const name = useEditorState((s) => s.graph.metadata?.name ?? '')
  const readOnly = useEditorState((s) => s.readOnly)
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? name
  const finish = (): void => {
    if (typed !== null && typed.trim() !== name) editor.actions.updateMetadata({ name: typed.trim() })
    setTyped(null)
  }
  return (
    <span className="wf-workflow-name" data-value={shown || 'Untitled workflow'}>
      <input
        aria-label="Name of the workflow"
        value={shown}
        placeholder="Untitled workflow"
        readOnly={readOnly}
        size={1}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => finish()}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setTyped(null)
          if (event.key === 'Enter') finish()
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
        }}
      />
    </span>
  )
}

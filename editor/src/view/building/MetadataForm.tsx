/** What the workflow is called, what it is for, and whether models may use it as a tool. */

import { useRef, useState, type ChangeEvent, type KeyboardEvent } from 'react'

import { UNTITLED } from '../../model/names'
import type { Graph } from '../../model/types'
import { ownOf } from '../../store/canvas'
import { Field } from '../parts/Field'
import { Switch } from '../parts/Switch'
import { TextArea } from '../parts/TextArea'
import { useEditor, useEditorState } from '../context'

/** The server keeps no more of it. */
const LONGEST_NAME = 200
const NONE: NonNullable<Graph['metadata']> = {}

export function MetadataForm() {
  const editor = useEditor()
  const metadata = useEditorState((s) => ownOf(s).graph.metadata ?? NONE)
  const readOnly = useEditorState((s) => s.readOnly)
  const { updateMetadata } = editor.actions
  const tool = metadata.exposedAsTool === true
  const needsName = tool && !metadata.name?.trim()
  const name = useNameInput()
  return (
    <div className="wf-metadata">
      <Field label="Name" error={needsName ? 'A tool needs a name.' : null}>
        {(links) => <input {...links} {...name} className="wf-input" readOnly={readOnly} />}
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
  const readOnly = useEditorState((s) => s.readOnly)
  const name = useNameInput()
  return (
    <span className="wf-workflow-name" data-value={name.value || UNTITLED}>
      <input {...name} aria-label="Name of the workflow" title={name.value} readOnly={readOnly} size={1} />
    </span>
  )
}

/** Takes the name when it is left; one that is empty, or left by Escape, stays what it was. */
function useNameInput() {
  const editor = useEditor()
  const name = useEditorState((s) => ownOf(s).graph.metadata?.name ?? '')
  const [typed, setTyped] = useState<string | null>(null)
  const isDropped = useRef(false)
  return {
    value: typed ?? name,
    placeholder: UNTITLED,
    maxLength: LONGEST_NAME,
    onChange: (event: ChangeEvent<HTMLInputElement>) => setTyped(event.currentTarget.value),
    onBlur: () => {
      const wanted = typed?.trim()
      if (wanted && !isDropped.current) editor.actions.updateMetadata({ name: wanted })
      isDropped.current = false
      setTyped(null)
    },
    onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => {
      // An Escape that drops nothing is for whatever is around.
      if (event.key !== 'Enter' && !(event.key === 'Escape' && typed !== null)) return
      isDropped.current = event.key === 'Escape'
      event.currentTarget.blur()
      event.stopPropagation()
    },
  }
}

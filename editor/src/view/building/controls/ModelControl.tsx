/** A model out of those that the server serves; another one can be named. */

import { useState } from 'react'

import { Field } from '../../parts/Field'
import { Select } from '../../parts/Select'
import { useEditorState } from '../../context'
import { modelsOf } from '../starter'
import type { ControlProps } from './control'
import { textOf } from './TextControl'

/** No id of a model has a space at its end. */
const OTHER = 'other '

export function ModelControl({ field, value, readOnly, onChange }: ControlProps) {
  const catalog = useEditorState((s) => s.catalog)
  const [naming, setNaming] = useState(false)
  const models = modelsOf(catalog, field.family)
  const chosen = textOf(value ?? field.default)
  const unknown = chosen !== '' && !models.includes(chosen)
  const problem = unknown && catalog.nodeTypes.length > 0 ? 'This server does not offer this model.' : null
  const back = naming && (
    <button type="button" className="wf-link" onClick={() => setNaming(false)}>
      Choose from the list
    </button>
  )
  return (
    <Field label={field.label} help={field.help} error={problem} aside={back}>
      {(links) =>
        naming ? (
          <input
            {...links}
            className="wf-input"
            autoFocus
            value={chosen}
            readOnly={readOnly}
            placeholder="Id of the model"
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        ) : (
          <Select
            {...links}
            value={chosen}
            disabled={readOnly}
            onChange={(event) => {
              if (event.currentTarget.value === OTHER) setNaming(true)
              else onChange(event.currentTarget.value)
            }}
          >
            {chosen === '' && <option value="">Choose a model…</option>}
            {unknown && <option value={chosen}>{chosen} (not offered)</option>}
            {models.map((model) => (
              <option key={model}>{model}</option>
            ))}
            <option value={OTHER}>Another model…</option>
          </Select>
        )
      }
    </Field>
  )
}

/** The value a field has when nothing is given, in a control that fits its type. */

import type { Field as Row, Json } from '../../../model/types'
import { Field } from '../../parts/Field'
import { ImageInput } from '../../parts/ImageInput'
import { Select } from '../../parts/Select'
import { TextArea } from '../../parts/TextArea'
import { readJson, writeJson } from '../jsonText'
import { NumberInput } from './NumberInput'
import { textOf } from './TextControl'
import { useDraft } from './useDraft'

/** It is saved with the graph, each time. */
const LARGEST_MB = 1

interface DefaultValueProps {
  row: Row
  label?: string
  readOnly: boolean
  onChange(value: Json | undefined): void
}

export function DefaultValue({ row, label = 'Default', readOnly, onChange }: DefaultValueProps) {
  const value = row.default
  const kind = row.multiple ? 'json' : row.dataType
  if (kind === 'number') return <NumberInput {...{ label, value, readOnly, onChange }} placeholder="None" />
  if (kind === 'boolean') return <YesNo {...{ label, value, readOnly, onChange }} />
  if (kind === 'string') return <Words {...{ label, value, readOnly, onChange }} placeholder="None" />
  if (kind === 'image') return <Picture {...{ label, value, readOnly, onChange }} />
  return <JsonDefault {...{ label, value, readOnly, onChange }} placeholder={row.multiple ? '["a", "b"]' : 'None'} />
}

interface PartProps {
  label: string
  value: Json | undefined
  readOnly: boolean
  placeholder?: string
  onChange(value: Json | undefined): void
}

function Words({ label, value, readOnly, placeholder, onChange }: PartProps) {
  return (
    <Field label={label}>
      {(links) => (
        <TextArea
          {...links}
          rows={1}
          value={textOf(value)}
          placeholder={placeholder}
          readOnly={readOnly}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      )}
    </Field>
  )
}

function Picture({ label, value, readOnly, onChange }: PartProps) {
  return (
    <Field label={label}>
      {(links) => (
        <ImageInput
          links={links}
          value={textOf(value)}
          readOnly={readOnly}
          largest={LARGEST_MB}
          onChange={(address) => onChange(address || undefined)}
        />
      )}
    </Field>
  )
}

function YesNo({ label, value, readOnly, onChange }: PartProps) {
  return (
    <Field label={label}>
      {(links) => (
        <Select
          {...links}
          value={textOf(value)}
          disabled={readOnly}
          onChange={(event) =>
            onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value === 'true')
          }
        >
          <option value="">None</option>
          <option value="true">Yes</option>
          <option value="false">No</option>
        </Select>
      )}
    </Field>
  )
}

function JsonDefault({ label, value, readOnly, placeholder, onChange }: PartProps) {
  const draft = useDraft({ value, write: writeJson, read: readJson, onChange })
  return (
    <Field label={label} error={draft.error} aside={<span className="wf-tag">JSON</span>}>
      {(links) => (
        <TextArea
          {...links}
          className="wf-mono"
          rows={1}
          value={draft.text}
          placeholder={placeholder}
          readOnly={readOnly}
          onChange={(event) => draft.onText(event.currentTarget.value)}
          onBlur={draft.onBlur}
        />
      )}
    </Field>
  )
}

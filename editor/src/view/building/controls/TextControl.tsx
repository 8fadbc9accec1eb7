/** One line of text. */

import { Field } from '../../parts/Field'
import type { ControlProps } from './control'

export function TextControl({ field, value, readOnly, onChange }: ControlProps) {
  return (
    <Field label={field.label} help={field.help}>
      {(links) => (
        <input
          {...links}
          className="wf-input"
          value={textOf(value)}
          placeholder={textOf(field.default)}
          readOnly={readOnly}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

/** A value as text: itself when it is one, else its JSON. */
export function textOf(value: ControlProps['value']): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

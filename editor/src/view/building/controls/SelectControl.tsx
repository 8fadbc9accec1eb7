/** One of several options; a stored value that is none of them is kept and marked. */

import { Field } from '../../parts/Field'
import { Select } from '../../parts/Select'
import type { ControlProps } from './control'
import { textOf } from './TextControl'

export function SelectControl({ field, value, readOnly, onChange }: ControlProps) {
  const options = field.options ?? {}
  const chosen = textOf(value ?? field.default)
  const unknown = chosen !== '' && !(chosen in options)
  return (
    <Field label={field.label} help={field.help} error={unknown ? `“${chosen}” is none of the options.` : null}>
      {(links) => (
        <Select {...links} value={chosen} disabled={readOnly} onChange={(event) => onChange(event.currentTarget.value)}>
          {chosen === '' && <option value="">Choose…</option>}
          {unknown && <option value={chosen}>{chosen}</option>}
          {Object.entries(options).map(([each, label]) => (
            <option key={each} value={each}>
              {label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

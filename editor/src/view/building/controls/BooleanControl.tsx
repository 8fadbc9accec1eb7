/** Yes or no. */

import { Field } from '../../parts/Field'
import { Switch } from '../../parts/Switch'
import type { ControlProps } from './control'

export function BooleanControl({ field, value, readOnly, onChange }: ControlProps) {
  return (
    <Field label={field.label} help={field.help} inline>
      {(links) => (
        <Switch {...links} checked={(value ?? field.default) === true} disabled={readOnly} onChange={onChange} />
      )}
    </Field>
  )
}

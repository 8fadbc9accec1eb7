/** A number of a node's settings; empty is unset. */

import type { ControlProps } from './control'
import { NumberInput } from './NumberInput'
import { textOf } from './TextControl'

export function NumberControl({ field, value, readOnly, onChange }: ControlProps) {
  const { label, help, minimum, maximum } = field
  return (
    <NumberInput
      {...{ label, help, minimum, maximum, value, readOnly, onChange }}
      placeholder={field.default === undefined ? 'Not set' : textOf(field.default)}
    />
  )
}

/** Several lines of text. */

import { Field } from '../../parts/Field'
import { TextArea } from '../../parts/TextArea'
import type { ControlProps } from './control'
import { textOf } from './TextControl'

export function LongTextControl({ field, value, readOnly, onChange }: ControlProps) {
  return (
    <Field label={field.label} help={field.help}>
      {(links) => (
        <TextArea
          {...links}
          value={textOf(value)}
          readOnly={readOnly}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

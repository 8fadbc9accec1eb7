/** Any value as JSON; what is not valid is told beside it, and not kept. */

import { Field } from '../../parts/Field'
import { readJson, writeJson, type Reading } from '../jsonText'
import { TextArea } from '../../parts/TextArea'
import type { ControlProps } from './control'
import { useDraft } from './useDraft'

interface JsonControlProps extends Pick<ControlProps, 'field' | 'value' | 'readOnly' | 'onChange'> {
  /** What is taken, where that is not any JSON. */
  read?: (text: string) => Reading
}

export function JsonControl({ field, value, readOnly, onChange, read = readJson }: JsonControlProps) {
  const draft = useDraft({ value, write: writeJson, read, onChange })
  return (
    <Field label={field.label} help={field.help} error={draft.error} aside={<span className="wf-tag">JSON</span>}>
      {(links) => (
        <TextArea
          {...links}
          className="wf-mono"
          value={draft.text}
          placeholder={writeJson(field.default)}
          readOnly={readOnly}
          spellCheck={false}
          onChange={(event) => draft.onText(event.currentTarget.value)}
          onBlur={draft.onBlur}
        />
      )}
    </Field>
  )
}

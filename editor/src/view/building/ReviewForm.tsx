/** The terms of a human review: who may answer, and what happens when nobody does. */

import type { Json } from '../../model/types'
import { Field } from '../parts/Field'
import { Section } from '../parts/Section'
import { Select } from '../parts/Select'
import { NumberInput } from './controls/NumberInput'
import { useDraft } from './controls/useDraft'

const HOUR = 3600
const LONGEST_HOURS = 3650 * 24

interface ReviewFormProps {
  value: Json | undefined
  readOnly: boolean
  onChange(value: Json | undefined): void
}

export function ReviewForm({ value, readOnly, onChange }: ReviewFormProps) {
  const terms = value && typeof value === 'object' && !Array.isArray(value) ? value : {}
  const set = (key: string) => (next: Json | undefined) => {
    const { [key]: _, ...rest } = terms
    const changed = next === undefined ? rest : { ...rest, [key]: next }
    onChange(Object.keys(changed).length > 0 ? changed : undefined)
  }
  const expires = typeof terms.expiresAfter === 'number' ? terms.expiresAfter / HOUR : undefined
  return (
    <Section title="Who may answer" open hint={value === undefined ? 'whoever may run it' : ''}>
      <Names label="People" value={terms.users} readOnly={readOnly} onChange={set('users')} />
      <Names label="Groups" value={terms.groups} readOnly={readOnly} onChange={set('groups')} />
      <div className="wf-pair">
        <NumberInput
          label="Answer within"
          unit="h"
          minimum={0}
          above
          maximum={LONGEST_HOURS}
          placeholder="No limit"
          value={expires}
          readOnly={readOnly}
          onChange={(hours) => set('expiresAfter')(hours === undefined ? undefined : hours * HOUR)}
        />
        <Field label="Otherwise it is">
          {(links) => (
            <Select
              {...links}
              value={terms.expiryBranch === 'approved' ? 'approved' : 'rejected'}
              disabled={readOnly || expires === undefined}
              onChange={(event) => set('expiryBranch')(event.currentTarget.value)}
            >
              <option value="rejected">rejected</option>
              <option value="approved">approved</option>
            </Select>
          )}
        </Field>
      </div>
    </Section>
  )
}

function Names({ label, value, readOnly, onChange }: { label: string } & ReviewFormProps) {
  const draft = useDraft({
    value,
    write: (names) => (Array.isArray(names) ? names.join(', ') : ''),
    read: (text) => ({ ok: true, value: namesIn(text) }),
    onChange,
  })
  return (
    <Field label={label}>
      {(links) => (
        <input
          {...links}
          className="wf-input"
          value={draft.text}
          placeholder="Names, divided by commas"
          readOnly={readOnly}
          onChange={(event) => draft.onText(event.currentTarget.value)}
          onBlur={draft.onBlur}
        />
      )}
    </Field>
  )
}

function namesIn(text: string): string[] | undefined {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  return names.length > 0 ? names : undefined
}

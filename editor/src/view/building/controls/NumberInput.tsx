/** A number, or nothing. */

import type { Json } from '../../../model/types'
import { Field } from '../../parts/Field'
import type { Reading } from '../jsonText'
import { useDraft } from './useDraft'

export interface NumberBounds {
  minimum?: number
  maximum?: number
  /** Only whole numbers. */
  whole?: boolean
  /** The minimum itself is too small. */
  above?: boolean
}

interface NumberInputProps extends NumberBounds {
  label: string
  help?: string
  unit?: string
  placeholder?: string
  value: Json | undefined
  readOnly: boolean
  onChange(value: number | undefined): void
}

export function NumberInput({
  label,
  help,
  unit,
  placeholder,
  value,
  readOnly,
  onChange,
  ...bounds
}: NumberInputProps) {
  const draft = useDraft({
    value: value ?? undefined,
    write: (stored) =>
      stored === undefined ? '' : typeof stored === 'number' ? String(stored) : JSON.stringify(stored),
    read: (text) => readNumber(text, bounds),
    onChange: (next) => onChange(next as number | undefined),
  })
  return (
    <Field label={label} help={help} error={draft.error}>
      {(links) => (
        <span className="wf-with-unit">
          <input
            {...links}
            className="wf-input"
            inputMode="decimal"
            value={draft.text}
            placeholder={placeholder}
            readOnly={readOnly}
            onChange={(event) => draft.onText(event.currentTarget.value)}
            onBlur={draft.onBlur}
          />
          {unit && <span className="wf-unit">{unit}</span>}
        </span>
      )}
    </Field>
  )
}

/** Empty text is no number at all, which is fine. */
export function readNumber(text: string, { minimum, maximum, whole, above }: NumberBounds): Reading {
  const trimmed = text.trim().replace(',', '.')
  if (trimmed === '') return { ok: true, value: undefined }
  const value = Number(trimmed)
  if (!Number.isFinite(value)) return { ok: false, problem: 'This is not a number.' }
  if (whole && !Number.isInteger(value)) return { ok: false, problem: 'This must be a whole number.' }
  if (minimum !== undefined && above && value <= minimum)
    return { ok: false, problem: `This must be above ${minimum}.` }
  if (minimum !== undefined && value < minimum) return { ok: false, problem: `This must be at least ${minimum}.` }
  if (maximum !== undefined && value > maximum) return { ok: false, problem: `This must be at most ${maximum}.` }
  return { ok: true, value }
}

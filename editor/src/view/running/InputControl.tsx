/** The control for one input of a run, by the type of its field. */

import type { ReactNode } from 'react'

import type { Field as InputField } from '../../model/types'
import { Field, FieldGroup, type FieldLinks } from '../parts/Field'
import { ImageInput } from '../parts/ImageInput'
import { Switch } from '../parts/Switch'
import { TextArea } from '../parts/TextArea'
import { controlOf, isEmpty, type Control, type Draft } from './inputForm'
import { ListInput } from './ListInput'

interface InputControlProps {
  field: InputField
  draft: Draft
  error: string | undefined
  onChange(draft: Draft): void
}

export function InputControl({ field, draft, error, onChange }: InputControlProps): ReactNode {
  const control = controlOf(field)
  const isRequired = field.required !== false && isEmpty(field.default)
  const aside = <TypeNote field={field} isRequired={isRequired} />
  if (control === 'list') {
    return (
      <FieldGroup label={field.name} aside={aside}>
        <ListInput field={field} rows={Array.isArray(draft) ? draft : []} onChange={onChange} />
        {error && (
          <p className="wf-field-error" role="alert">
            {error}
          </p>
        )}
      </FieldGroup>
    )
  }
  return (
    <Field label={field.name} aside={aside} error={error ?? null} inline={control === 'boolean'}>
      {(links) => CONTROLS[control](links, draft, onChange, isRequired)}
    </Field>
  )
}

function TypeNote({ field, isRequired }: { field: InputField; isRequired: boolean }): ReactNode {
  const type = NAMES[field.dataType] ?? field.dataType
  return (
    <span className="wf-field-type">
      {field.multiple ? `list of ${type}` : type}
      {isRequired ? ' · required' : ''}
    </span>
  )
}

const NAMES: Record<string, string> = { string: 'text', any: 'any JSON', json: 'JSON', array: 'list' }

type Draw = (links: FieldLinks, draft: Draft, onChange: (draft: Draft) => void, isRequired: boolean) => ReactNode

const CONTROLS: Record<Exclude<Control, 'list'>, Draw> = {
  text: (links, draft, onChange, isRequired) => (
    <TextArea {...links} value={textOf(draft)} rows={2} aria-required={isRequired} onChange={(event) => onChange(event.currentTarget.value)} />
  ),
  number: (links, draft, onChange, isRequired) => (
    <input
      {...links}
      className="wf-input"
      inputMode="decimal"
      autoComplete="off"
      aria-required={isRequired}
      value={textOf(draft)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  ),
  boolean: (links, draft, onChange) => <Switch {...links} checked={draft === true} onChange={onChange} />,
  image: (links, draft, onChange) => <ImageInput links={links} value={textOf(draft)} onChange={onChange} />,
  json: (links, draft, onChange, isRequired) => (
    <TextArea
      {...links}
      className="wf-code"
      value={textOf(draft)}
      rows={4}
      spellCheck={false}
      aria-required={isRequired}
      placeholder='{"key": "value"}'
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  ),
}

function textOf(draft: Draft): string {
  return typeof draft === 'string' ? draft : ''
}

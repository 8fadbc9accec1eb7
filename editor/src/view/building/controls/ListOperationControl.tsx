/** What is done to a list, with the options of that operation. */

import type { Json } from '../../../model/types'
import { Field } from '../../parts/Field'
import { Select } from '../../parts/Select'
import { OPERATIONS, OPERATORS, type OperationOption } from '../operations'
import type { ControlProps } from './control'
import { NumberInput } from './NumberInput'
import { textOf } from './TextControl'

type Settings = Record<string, Json>

interface OptionProps {
  settings: Settings
  readOnly: boolean
  set(value: Json | undefined): void
}

export function ListOperationControl({ field, value, readOnly, onChange }: ControlProps) {
  const stored = value ?? field.default
  const settings: Settings = stored && typeof stored === 'object' && !Array.isArray(stored) ? stored : { op: 'count' }
  const op = textOf(settings.op) || 'count'
  const known = OPERATIONS[op]
  const set = (option: OperationOption) => (next: Json | undefined) => {
    const { [option]: _, ...rest } = settings
    onChange(next === undefined ? rest : { ...settings, [option]: next })
  }
  return (
    <>
      <Field
        label={field.label}
        help={field.help}
        error={known ? null : `“${op}” is not known, and leaves the list alone.`}
      >
        {(links) => (
          <Select
            {...links}
            value={op}
            disabled={readOnly}
            onChange={(event) => onChange({ ...settings, op: event.currentTarget.value })}
          >
            {!known && <option value={op}>{op}</option>}
            {Object.entries(OPERATIONS).map(([each, { label }]) => (
              <option key={each} value={each}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {known?.options.map((option) => {
        const Option = OPTIONS[option]
        return <Option key={option} settings={settings} readOnly={readOnly} set={set(option)} />
      })}
    </>
  )
}

function text(option: OperationOption, label: string, help: string, placeholder = '') {
  return function TextOption({ settings, readOnly, set }: OptionProps) {
    return (
      <Field label={label} help={help}>
        {(links) => (
          <input
            {...links}
            className="wf-input"
            value={textOf(settings[option])}
            placeholder={placeholder}
            readOnly={readOnly}
            onChange={(event) =>
              set(event.currentTarget.value === '' && option !== 'separator' ? undefined : event.currentTarget.value)
            }
          />
        )}
      </Field>
    )
  }
}

function number(option: OperationOption, label: string, help: string, placeholder: string) {
  return function NumberOption({ settings, readOnly, set }: OptionProps) {
    return <NumberInput {...{ label, help, placeholder, readOnly }} whole value={settings[option]} onChange={set} />
  }
}

function select(option: OperationOption, label: string, choices: readonly (readonly [string, string])[]) {
  return function SelectOption({ settings, readOnly, set }: OptionProps) {
    return (
      <Field label={label}>
        {(links) => (
          <Select
            {...links}
            value={textOf(settings[option]) || choices[0]?.[0]}
            disabled={readOnly}
            onChange={(event) => set(event.currentTarget.value)}
          >
            {choices.map(([each, words]) => (
              <option key={each} value={each}>
                {words}
              </option>
            ))}
          </Select>
        )}
      </Field>
    )
  }
}

const OPTIONS: Record<OperationOption, (props: OptionProps) => React.ReactNode> = {
  field: text('field', 'Field', 'For lists of objects: the key to look at.', 'The item itself'),
  separator: text('separator', 'Between the items', '', ', '),
  value: text('value', 'Compare with', 'Text; numbers are compared as numbers.'),
  count: number('count', 'How many', '', '0'),
  start: number('start', 'From', 'The first item is 0; below 0 counts from the end.', '0'),
  end: number('end', 'To', 'This item is not taken any more.', 'The end'),
  operator: select(
    'operator',
    'Condition',
    OPERATORS.map((each) => [each, each] as const),
  ),
  direction: select('direction', 'Order', [
    ['asc', 'Smallest first'],
    ['desc', 'Largest first'],
  ]),
}

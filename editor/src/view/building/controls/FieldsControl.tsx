/** A list of fields: each has a name and a type, and is a port of the node. */

import { useRef, useState } from 'react'

import { rowsOf } from '../../../model/fields'
import type { Field } from '../../../model/types'
import { Button } from '../../parts/Button'
import { FieldGroup } from '../../parts/Field'
import { asJson, changedRow, freeName, movedRow } from '../fields'
import { useNodeType } from '../useNodeType'
import type { ControlProps } from './control'
import { FieldRow } from './FieldRow'
import { VariablesControl } from './VariablesControl'

export function FieldsControl(props: ControlProps) {
  const type = useNodeType(props.node.type)
  const isOfVariables = type?.inputs.rule === 'variables' && type.inputs.types === props.name
  return isOfVariables ? <VariablesControl {...props} /> : <FieldList {...props} />
}

function FieldList({ node, name, field, value, readOnly, onChange }: ControlProps) {
  const rows = rowsOf(value ?? field.default)
  const type = useNodeType(node.type)
  const [open, setOpen] = useState<number | null>(null)
  const list = useRef<HTMLOListElement>(null)
  const put = (next: readonly Field[]): void => onChange(asJson(next))
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= rows.length) return
    put(movedRow(rows, from, to))
    if (open === from) setOpen(to)
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>('.wf-fieldrow-grip')[to]?.focus())
  }
  const add = (): void => {
    const given = type?.outputs.rule === 'fields' && type.inputs.rule === 'fixed'
    put([...rows, { name: freeName(rows, given ? 'input' : 'field'), dataType: 'string' }])
    requestAnimationFrame(() =>
      [...(list.current?.querySelectorAll<HTMLInputElement>('.wf-fieldrow-name') ?? [])].at(-1)?.select(),
    )
  }
  return (
    <FieldGroup label={field.label} help={field.help}>
      <ol className="wf-fieldrows" ref={list}>
        {rows.map((row, index) => (
          <FieldRow
            key={index}
            row={row}
            rows={rows}
            index={index}
            options={optionsOf(type?.outputs.rule === 'fields', name)}
            open={open === index}
            readOnly={readOnly}
            onToggle={() => setOpen(open === index ? null : index)}
            onMove={move}
            onChange={(change) => put(rows.map((each, at) => (at === index ? changedRow(each, change) : each)))}
            onRemove={() => {
              setOpen(null)
              put(rows.filter((_, at) => at !== index))
            }}
          />
        ))}
      </ol>
      {!readOnly && (
        <Button size="small" look="ghost" icon="plus" className="wf-fieldrow-add" onClick={add}>
          Add a field
        </Button>
      )}
    </FieldGroup>
  )
}

export type RowOption = 'multiple' | 'required' | 'default' | 'format'

/** What is asked of a row: what comes in may be required, what goes out may be formatted. */
function optionsOf(comesIn: boolean, key: string): readonly RowOption[] {
  if (key !== 'fields') return ['multiple', 'format']
  return comesIn ? ['required', 'multiple', 'default'] : ['multiple', 'format']
}

/** Several values of one type, a row each. */

import { useRef, type ReactNode } from 'react'

import type { Field } from '../../model/types'
import { Button, IconButton } from '../parts/Button'

interface ListInputProps {
  field: Field
  rows: string[]
  onChange(rows: string[]): void
}

export function ListInput({ field, rows, onChange }: ListInputProps): ReactNode {
  const list = useRef<HTMLDivElement>(null)
  const focusRow = (index: number): void => {
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>('input, textarea')[index]?.focus())
  }
  const add = (): void => {
    onChange([...rows, ''])
    focusRow(rows.length)
  }
  const remove = (index: number): void => {
    onChange(rows.toSpliced(index, 1))
    focusRow(Math.max(0, index - 1))
  }
  return (
    <div className="wf-list-input" ref={list}>
      {rows.map((row, index) => (
        <div className="wf-list-row" key={index}>
          <input
            className="wf-input"
            value={row}
            aria-label={`${field.name} ${index + 1}`}
            inputMode={field.dataType === 'number' ? 'decimal' : undefined}
            placeholder={field.dataType === 'image' ? 'https://' : undefined}
            onChange={(event) => onChange(rows.with(index, event.currentTarget.value))}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
              event.preventDefault()
              add()
            }}
          />
          <IconButton icon="x" size="small" label={`Remove ${field.name} ${index + 1}`} onClick={() => remove(index)} />
        </div>
      ))}
      <Button look="ghost" size="small" icon="plus" onClick={add}>
        Add
      </Button>
    </div>
  )
}

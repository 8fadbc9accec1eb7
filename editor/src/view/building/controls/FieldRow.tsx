/** One field: its name and type in a line, the rest below when it is opened. */

import { useState, type DragEvent, type KeyboardEvent } from 'react'

import type { Field } from '../../../model/types'
import { IconButton } from '../../parts/Button'
import { classes } from '../../parts/classes'
import { Icon } from '../../parts/Icon'
import { nameProblem } from '../fields'
import { DefaultValue } from './DefaultValue'
import type { RowOption } from './FieldsControl'
import { TypeSelect } from './TypeSelect'

interface FieldRowProps {
  row: Field
  rows: readonly Field[]
  index: number
  options: readonly RowOption[]
  open: boolean
  readOnly: boolean
  onToggle(): void
  onMove(from: number, to: number): void
  onChange(change: Partial<Field>): void
  onRemove(): void
}

const DRAGGED_ROW = 'application/x-wayflow-row'

export function FieldRow({
  row,
  rows,
  index,
  options,
  open,
  readOnly,
  onToggle,
  onMove,
  onChange,
  onRemove,
}: FieldRowProps) {
  const [over, setOver] = useState(false)
  const reorder = (event: KeyboardEvent): void => {
    const way = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    if (way === 0) return
    event.preventDefault()
    event.stopPropagation()
    onMove(index, index + way)
  }
  const drop = (event: DragEvent): void => {
    setOver(false)
    const from = Number.parseInt(event.dataTransfer.getData(DRAGGED_ROW), 10)
    if (from >= 0 && from < rows.length) onMove(from, index)
    event.stopPropagation()
  }
  return (
    <li
      className={classes('wf-fieldrow', open && 'wf-fieldrow-open', over && 'wf-fieldrow-over')}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED_ROW)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="wf-fieldrow-line">
        {!readOnly && (
          <button
            type="button"
            className="wf-fieldrow-grip"
            draggable
            aria-label={`Move ${row.name}: place ${index + 1} of ${rows.length}; arrow keys move it`}
            title="Drag, or use the arrow keys"
            onKeyDown={reorder}
            onDragStart={(event) => event.dataTransfer.setData(DRAGGED_ROW, String(index))}
          >
            <Icon name="drag" size={14} />
          </button>
        )}
        <NameInput row={row} rows={rows} index={index} readOnly={readOnly} onName={(name) => onChange({ name })} />
        <TypeSelect
          label={`Type of ${row.name}`}
          value={row.dataType}
          disabled={readOnly}
          onChange={(dataType) => onChange({ dataType, default: undefined })}
        />
        <IconButton
          size="small"
          icon={open ? 'chevron-up' : 'chevron-down'}
          label={open ? `Less of ${row.name}` : `More of ${row.name}`}
          aria-expanded={open}
          onClick={onToggle}
        />
        {!readOnly && <IconButton size="small" icon="x" label={`Remove ${row.name}`} onClick={onRemove} />}
      </div>
      {!open && <Facts row={row} />}
      {open && <RowOptions row={row} options={options} readOnly={readOnly} onChange={onChange} />}
    </li>
  )
}

/** What differs from the usual, so that a closed row hides nothing. */
function Facts({ row }: { row: Field }) {
  const facts = [
    row.multiple && 'list',
    row.required === false && 'optional',
    row.format === 'markdown' && 'markdown',
    row.default !== undefined && row.default !== '' && `default ${JSON.stringify(row.default)}`,
  ].filter(Boolean)
  return facts.length > 0 ? <p className="wf-fieldrow-facts">{facts.join(' · ')}</p> : null
}

function NameInput({
  row,
  rows,
  index,
  readOnly,
  onName,
}: Pick<FieldRowProps, 'row' | 'rows' | 'index' | 'readOnly'> & { onName(name: string): void }) {
  const [typed, setTyped] = useState<string | null>(null)
  const problem = typed === null ? null : nameProblem(rows, index, typed)
  return (
    <span className="wf-fieldrow-name-box">
      <input
        className="wf-input wf-mono wf-fieldrow-name"
        aria-label={`Name of field ${index + 1}`}
        aria-invalid={problem ? true : undefined}
        value={typed ?? row.name}
        readOnly={readOnly}
        spellCheck={false}
        onChange={(event) => {
          const name = event.currentTarget.value
          setTyped(name)
          if (nameProblem(rows, index, name) === null) onName(name)
        }}
        onBlur={() => {
          if (problem === null) setTyped(null)
        }}
      />
      {problem && (
        <span className="wf-field-error" role="alert">
          {problem}
        </span>
      )}
    </span>
  )
}

type RowOptionsProps = Pick<FieldRowProps, 'row' | 'options' | 'readOnly' | 'onChange'>

function RowOptions({ row, options, readOnly, onChange }: RowOptionsProps) {
  const asked = (option: RowOption): boolean => options.includes(option) || row[option] !== undefined
  return (
    <div className="wf-fieldrow-options">
      <div className="wf-checks">
        {asked('multiple') && (
          <Check
            label="List"
            checked={row.multiple === true}
            disabled={readOnly}
            onChange={(on) => onChange({ multiple: on || undefined, default: undefined })}
          />
        )}
        {asked('required') && (
          <Check
            label="Required"
            checked={row.required !== false}
            disabled={readOnly}
            onChange={(on) => onChange({ required: on ? undefined : false })}
          />
        )}
        {asked('format') && row.dataType === 'string' && (
          <Check
            label="Markdown"
            checked={row.format === 'markdown'}
            disabled={readOnly}
            onChange={(on) => onChange({ format: on ? 'markdown' : undefined })}
          />
        )}
      </div>
      {asked('default') && (
        <DefaultValue row={row} readOnly={readOnly} onChange={(value) => onChange({ default: value })} />
      )}
    </div>
  )
}

function Check({
  label,
  checked,
  disabled,
  onChange,
}: {
  label: string
  checked: boolean
  disabled: boolean
  onChange(on: boolean): void
}) {
  return (
    <label className="wf-check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  )
}

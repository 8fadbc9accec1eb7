/** A JSON value as a tree: branches open on demand, long lists come in pages. */

import { memo, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

import type { Json } from '../../model/types'
import { jsonRows, PAGE, ROOT, summary, type Opened, type Path, type Row } from './jsonRows'

const LONGEST_TEXT = 2000

/** Arrow keys move, open and close; Home and End go to the ends. */
export const JsonTree = memo(function JsonTree({ value, label }: { value: Json; label: string }): ReactNode {
  const [opened, setOpened] = useState<Opened>(() => ({ paths: new Set([ROOT]), shown: new Map() }))
  const rows = useMemo(() => jsonRows(value, opened), [value, opened])
  const [current, setCurrent] = useState<Path>(ROOT)
  const tree = useRef<HTMLDivElement>(null)
  const prefix = useId()
  const at = Math.max(0, rows.findIndex((row) => row.path === current))

  const moveTo = (index: number): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (!row) return
    setCurrent(row.path)
    tree.current?.children[rows.indexOf(row)]?.scrollIntoView({ block: 'nearest' })
  }
  const toggle = (row: Row, isOpen = !row.isOpen): void => {
    if (row.kind === 'leaf') return
    setOpened((before) => (row.kind === 'more' ? showMore(before, row) : setOpen(before, row.path, isOpen)))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at]
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    const act = KEYS[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act({ row, at, rows, moveTo, toggle })
  }
  return (
    <div
      ref={tree}
      className="wf-json"
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={`${prefix}${at}`}
      onKeyDown={onKeyDown}
    >
      {rows.map((row, index) => (
        <RowView
          key={row.path}
          id={`${prefix}${index}`}
          row={row}
          isCurrent={index === at}
          onPress={() => {
            setCurrent(row.path)
            toggle(row)
          }}
        />
      ))}
    </div>
  )
})

interface Moves {
  row: Row
  at: number
  rows: Row[]
  moveTo(index: number): void
  toggle(row: Row, isOpen?: boolean): void
}

const KEYS: Record<string, (moves: Moves) => void> = {
  ArrowDown: ({ at, moveTo }) => moveTo(at + 1),
  ArrowUp: ({ at, moveTo }) => moveTo(at - 1),
  ArrowRight: ({ row, at, moveTo, toggle }) => (row.isOpen ? moveTo(at + 1) : toggle(row, true)),
  ArrowLeft: ({ row, rows, moveTo, toggle }) =>
    row.isOpen ? toggle(row, false) : moveTo(rows.findIndex((other) => other.path === row.parent)),
  Enter: ({ row, toggle }) => toggle(row),
  ' ': ({ row, toggle }) => toggle(row),
  Home: ({ moveTo }) => moveTo(0),
  End: ({ rows, moveTo }) => moveTo(rows.length - 1),
}

interface RowProps {
  id: string
  row: Row
  isCurrent: boolean
  onPress(): void
}

function RowView({ id, row, isCurrent, onPress }: RowProps): ReactNode {
  return (
    <div
      id={id}
      role="treeitem"
      className="wf-json-row"
      data-current={isCurrent || undefined}
      data-kind={row.kind}
      aria-level={row.depth + 1}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={row.kind === 'branch' ? row.isOpen : undefined}
      aria-selected={isCurrent}
      style={{ paddingInlineStart: `${0.4 + Math.min(row.depth, 12) * 0.9}rem` }}
      onClick={onPress}
    >
      {row.kind === 'branch' && <span className="wf-json-caret" aria-hidden="true" />}
      {row.label !== null && <span className="wf-json-key">{row.label}</span>}
      {row.kind === 'more' ? (
        <span className="wf-json-more">Show {Math.min(PAGE, row.size)} more of {row.size.toLocaleString()}</span>
      ) : (
        <ValueText value={row.value} isBranch={row.kind === 'branch'} />
      )}
    </div>
  )
}

function ValueText({ value, isBranch }: { value: Json; isBranch: boolean }): ReactNode {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  const text = isBranch || typeof value !== 'object' || value === null ? summary(value) : Array.isArray(value) ? '[]' : '{}'
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  return (
    <span className="wf-json-value" data-type={isBranch ? 'size' : type}>
      {cut}
    </span>
  )
}

function setOpen(opened: Opened, path: Path, isOpen: boolean): Opened {
  const paths = new Set(opened.paths)
  if (isOpen) paths.add(path)
  else paths.delete(path)
  return { ...opened, paths }
}

function showMore(opened: Opened, row: Row): Opened {
  if (row.parent === null) return opened
  const shown = new Map(opened.shown)
  return { ...opened, shown: shown.set(row.parent, (shown.get(row.parent) ?? PAGE) + PAGE) }
}

/** The visible rows of a JSON value of which some branches are open. */

import type { Json } from '../../model/types'

/** A place in a value: its keys, joined so that they cannot be confused. */
export type Path = string

export interface Row {
  path: Path
  depth: number
  /** Its key or index; null at the root. */
  label: string | null
  kind: 'leaf' | 'branch' | 'more'
  value: Json
  isOpen: boolean
  /** Elements of a branch; of `more`, how many are left. */
  size: number
  parent: Path | null
  /** Position among its siblings, from 1, and how many there are. */
  position: number
  siblings: number
}

export interface Opened {
  paths: ReadonlySet<Path>
  /** How many elements of a branch are shown, where it is not the usual page. */
  shown: ReadonlyMap<Path, number>
}

export const PAGE = 100
/** Rows that are drawn at once, whatever is open. */
export const MOST_ROWS = 3000
export const ROOT: Path = '$'

const KEYS_NAMED = 5
const LONGEST_KEYS = 80

/** In order, top down; never more than MOST_ROWS and one for what is left. */
export function jsonRows(value: Json, opened: Opened): Row[] {
  const rows: Row[] = []
  add(rows, opened, { path: ROOT, depth: 0, label: null, value, parent: null, position: 1, siblings: 1 })
  return rows
}

/** How a value reads on one line. */
export function summary(value: Json): string {
  if (Array.isArray(value)) return value.length === 1 ? '1 element' : `${value.length.toLocaleString()} elements`
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
    return `{ ${keys.slice(0, KEYS_NAMED).join(', ').slice(0, LONGEST_KEYS)}${keys.length > KEYS_NAMED ? ', …' : ''} }`
  }
  return JSON.stringify(value)
}

type Place = Pick<Row, 'path' | 'depth' | 'label' | 'value' | 'parent' | 'position' | 'siblings'>

function add(rows: Row[], opened: Opened, place: Place): void {
  const keys = keysOf(place.value)
  if (keys === null || keys.length === 0) {
    rows.push({ ...place, kind: 'leaf', isOpen: false, size: 0 })
    return
  }
  const isOpen = opened.paths.has(place.path)
  rows.push({ ...place, kind: 'branch', isOpen, size: keys.length })
  if (isOpen) addInner(rows, opened, place, keys)
}

function addInner(rows: Row[], opened: Opened, outer: Place, keys: string[]): void {
  const shown = Math.min(keys.length, opened.shown.get(outer.path) ?? PAGE)
  let index = 0
  for (; index < shown && rows.length < MOST_ROWS; index += 1) {
    const key = keys[index] ?? ''
    const value = (outer.value as Record<string, Json>)[key] ?? null
    add(rows, opened, { ...siblingOf(outer, key, index, keys.length), value })
  }
  if (index < keys.length && rows.length <= MOST_ROWS) {
    const left = siblingOf(outer, '\u0000more', index, keys.length)
    rows.push({ ...left, label: null, value: null, kind: 'more', isOpen: false, size: keys.length - index })
  }
}

function siblingOf(outer: Place, key: string, index: number, siblings: number): Omit<Place, 'value'> {
  return {
    path: `${outer.path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    depth: outer.depth + 1,
    label: key,
    parent: outer.path,
    position: index + 1,
    siblings,
  }
}

/** Null for what has no elements by its kind. */
function keysOf(value: Json): string[] | null {
  return typeof value === 'object' && value !== null ? Object.keys(value) : null
}

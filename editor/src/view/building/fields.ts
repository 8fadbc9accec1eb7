/** Changing the rows of a field list. */

import type { Field, Json } from '../../model/types'

/** `name`, or with the first number that makes it new. */
export function freeName(rows: readonly Field[], name: string): string {
  const taken = new Set(rows.map((row) => row.name))
  if (!taken.has(name)) return name
  let number = 2
  while (taken.has(`${name}${number}`)) number += 1
  return `${name}${number}`
}

/** Why row `index` cannot be called `name`; null when it can. */
export function nameProblem(rows: readonly Field[], index: number, name: string): string | null {
  if (name.trim() === '') return 'A field needs a name.'
  if (rows.some((row, at) => at !== index && row.name === name)) return 'There is a field of this name already.'
  return null
}

/** The rows with one of them moved to another place; the same rows when there is none. */
export function movedRow(rows: readonly Field[], from: number, to: number): Field[] {
  const changed = [...rows]
  if (to < 0 || to >= rows.length) return changed
  const [row] = changed.splice(from, 1)
  if (row) changed.splice(to, 0, row)
  return changed
}

/** The row with `change` applied; a key given as undefined is taken away. */
export function changedRow(row: Field, change: Partial<Field>): Field {
  const merged: Record<string, unknown> = { ...row, ...change }
  for (const key of Object.keys(change)) if (merged[key] === undefined) delete merged[key]
  return merged as unknown as Field
}

export function asJson(rows: readonly Field[]): Json {
  return rows as unknown as Json
}

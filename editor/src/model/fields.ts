/** Lists of fields as config holds them. */

import type { Field, Json } from './types'

/** The well-formed rows of a field list: objects with a name. */
export function rowsOf(value: Json | undefined): Field[] {
  if (!Array.isArray(value)) return []
  return value.filter(isRow) as unknown as Field[]
}

function isRow(row: Json): boolean {
  return row !== null && typeof row === 'object' && !Array.isArray(row) && typeof row.name === 'string'
}

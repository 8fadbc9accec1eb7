/** The markers that stand in for values too long to be sent. */

import type { Json } from '../../model/types'

export interface Shortened {
  /** Characters of the value's JSON. */
  size: number
  preview: string
}

/** What a marker says of the value it stands for; null for any other value. */
export function shortened(value: Json | undefined): Shortened | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  if (value['__truncated'] !== true) return null
  const { size, preview } = value
  return { size: typeof size === 'number' ? size : 0, preview: typeof preview === 'string' ? preview : '' }
}

/** Whether a marker stands anywhere in a value, so that it is not the whole of it. */
export function hasShortened(value: Json | undefined): boolean {
  const left: (Json | undefined)[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next !== 'object' || next === null) continue
    if (shortened(next)) return true
    for (const inner of Array.isArray(next) ? next : Object.values(next)) left.push(inner)
  }
  return false
}

/** What cards measure: on the screen, or by what will be on them. */

import type { Size } from '../../model/layout'
import type { CardNode } from './flow'

/** What a card that was not measured yet is taken to measure. */
export const CARD = { width: 220, height: 120 }

export const NARROWEST = 190
const HEAD = 48
const PORT = 24
const REST = 42

/** Cards out of sight are not drawn, where there are many. */
export function sizeOf({ measured, data: { node } }: CardNode): Size {
  if (measured?.width && measured.height) return { width: measured.width, height: measured.height }
  const inputs = node.ports.filter((port) => port.side === 'input').length
  const rows = Math.max(inputs, node.ports.length - inputs)
  return { width: Math.max(node.size.width, NARROWEST), height: HEAD + rows * PORT + REST }
}

/** What cards measure: on the screen, or by what will be on them. */

import type { Size } from '../../model/layout'
import { likelySize } from '../../model/placing'
import type { CardNode } from './flow'

/** What a card that was not measured yet is taken to measure. */
export const CARD = { width: 220, height: 120 }

/** Cards out of sight are not drawn, where there are many. */
export function sizeOf({ measured, data: { node } }: CardNode): Size {
  if (measured?.width && measured.height) return { width: measured.width, height: measured.height }
  return likelySize(node)
}

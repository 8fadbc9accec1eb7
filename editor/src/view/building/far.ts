/** Whether the canvas is seen from so far that a card shows its name only. */

import type { ReactFlowState } from '@xyflow/react'

/** Below this zoom nothing else can be read, or taken hold of. */
const FAR = 0.3

export function isFar({ transform: [, , zoom] }: ReactFlowState): boolean {
  return zoom < FAR
}

/** A picture of a run that is being painted: what comes in, once a frame, and no event twice. */

import type { RunEvent } from '../wire/types'
import { NO_EXECUTION, paint, strokeOf, type Stroke } from './execution'
import { createFrames } from './frames'
import type { Execution } from './types'

export interface Picture {
  /** As it is seen; what waits for the next frame is not in it. */
  now(): Execution
  /** With the next frame. */
  stroke(change: Stroke): void
  /** At once, after all that waits. */
  change(change: Stroke): void
  /** Shows what waits. */
  flush(): void
  /** An event out of a stream; false for one that was told before. */
  receive(event: RunEvent): boolean
  /** Begins anew, with nothing but this. */
  wipe(begun: Partial<Execution>): void
  /** Drops what waits. */
  close(): void
}

export function createPicture(read: () => Execution, write: (execution: Execution) => void): Picture {
  /** The number of the newest event; a replay begins again before it. */
  let seen = 0
  const frames = createFrames<Stroke>((strokes) => write(paint(read(), strokes)))
  return {
    now: read,
    stroke: frames.push,
    change: (change) => {
      frames.push(change)
      frames.flush()
    },
    flush: frames.flush,
    receive: (event) => {
      if (event.id !== undefined) {
        if (event.id <= seen) return false
        seen = event.id
      }
      frames.push(strokeOf(event))
      return true
    },
    wipe: (begun) => {
      frames.clear()
      seen = 0
      write({ ...NO_EXECUTION, ...begun })
    },
    close: frames.clear,
  }
}

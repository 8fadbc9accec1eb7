/** Puts together what arrives within one frame, so that the page is changed once for it. */

export interface Frames<T> {
  push(item: T): void
  /** Hands over at once what waits. */
  flush(): void
  /** Drops what waits. */
  clear(): void
}

/** Where no frames are drawn, as in a hidden tab, `LONGEST_MS` after the first item will do. */
const LONGEST_MS = 100

/** Calls `handOver` with what was pushed, at most once a frame and in order. */
export function createFrames<T>(handOver: (items: T[]) => void): Frames<T> {
  let waiting: T[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let frame: number | undefined

  const stop = (): void => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
    timer = frame = undefined
  }
  const flush = (): void => {
    stop()
    if (waiting.length === 0) return
    const items = waiting
    waiting = []
    handOver(items)
  }
  return {
    flush,
    push: (item) => {
      waiting.push(item)
      if (timer !== undefined) return
      timer = setTimeout(flush, LONGEST_MS)
      if (typeof requestAnimationFrame === 'function') frame = requestAnimationFrame(flush)
    },
    clear: () => {
      stop()
      waiting = []
    },
  }
}

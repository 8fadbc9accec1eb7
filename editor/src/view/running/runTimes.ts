/** When things happened and how long they took, in words. */

import type { Execution } from '../../store/types'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `0 ms`, `840 ms`, `3.2 s`, `1 min 5 s`, `2 h 3 min`; never negative. */
export function durationText(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  if (whole < SECOND) return `${whole} ms`
  if (whole < 9_950) return `${(whole / SECOND).toFixed(1)} s`
  if (whole < MINUTE - 500) return `${Math.round(whole / SECOND)} s`
  const seconds = Math.round(whole / SECOND)
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(minutes / 60)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

/** `3.2 s` while it goes on is `3 s`: tenths that race by cannot be read. */
export function tickingText(ms: number): string {
  return ms < MINUTE ? `${Math.max(0, Math.floor(ms / SECOND))} s` : durationText(ms)
}

/** `just now`, `5 min ago`, `3 h ago`, `2 d ago`, then the date. */
export function agoText(then: number, now: number): string {
  const passed = now - then
  if (passed < MINUTE) return 'just now'
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`
  if (passed < 7 * DAY) return `${Math.floor(passed / DAY)} d ago`
  return new Date(then).toLocaleDateString(undefined, { dateStyle: 'medium' })
}

/** From the first node that started to the last that finished; null if that is not known. */
export function runTimes(execution: Execution): { from: number; to: number } | null {
  let from = Infinity
  let to = -Infinity
  for (const node of Object.values(execution.nodes)) {
    // What was cancelled while it waited does not say when.
    if (node.status === 'cancelled' && node.finishedAt === undefined) return null
    if (node.startedAt !== undefined) {
      from = Math.min(from, node.startedAt)
      to = Math.max(to, node.startedAt)
    }
    if (node.finishedAt !== undefined) to = Math.max(to, node.finishedAt)
  }
  return from === Infinity ? null : { from, to }
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** Undo and redo of a graph, by remembering what it was. */

import type { Graph } from './types'

const MOST_STEPS = 200
const TYPING_MS = 1000

interface Step {
  graph: Graph
  /** What the change after it did, for a person: "Move nodes". */
  label: string
}

export interface History {
  readonly past: readonly Step[]
  readonly future: readonly Step[]
  /** What the newest step belongs to, and until when more of it joins. */
  readonly open: { key: string; until: number } | null
}

export interface Change {
  label: string
  /** Changes with one key in quick succession are one step: a drag, typing in one field. */
  key?: string
}

export const NO_HISTORY: History = { past: [], future: [], open: null }

/** The history after a change away from `before`, made at `now` (ms). */
export function remember(history: History, before: Graph, { label, key }: Change, now: number): History {
  const open = key === undefined ? null : { key, until: now + TYPING_MS }
  const joins = history.open !== null && history.open.key === key && now <= history.open.until
  const past = joins ? history.past : [...history.past, { graph: before, label }].slice(-MOST_STEPS)
  return { past, future: [], open }
}

/** The next change is a step of its own, whatever its key: the drag has ended. */
export function seal(history: History): History {
  return history.open ? { ...history, open: null } : history
}

/** Null when there is nothing to undo. */
export function undo(history: History, present: Graph): { history: History; graph: Graph; label: string } | null {
  const step = history.past.at(-1)
  if (!step) return null
  const future = [...history.future, { graph: present, label: step.label }]
  return { history: { past: history.past.slice(0, -1), future, open: null }, graph: step.graph, label: step.label }
}

/** Null when there is nothing to redo. */
export function redo(history: History, present: Graph): { history: History; graph: Graph; label: string } | null {
  const step = history.future.at(-1)
  if (!step) return null
  const past = [...history.past, { graph: present, label: step.label }]
  return { history: { past, future: history.future.slice(0, -1), open: null }, graph: step.graph, label: step.label }
}

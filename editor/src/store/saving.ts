/** Autosave: how what is shown and what is stored come together, without anybody losing work. */

import type { Snapshot } from '../model/types'
import { errorOf } from './execution'
import type { Persistence, RunError, Saving, SavingState } from './types'

/** `outrun` is a save under way that an edit has overtaken; outside it is `saving`. */
type Phase = SavingState | 'outrun'
type Cause = 'edited' | 'begun' | 'stored' | 'failed' | 'refused' | 'taken'

/** Whatever is not in the table cannot happen. */
export const MOVES: Record<Phase, Partial<Record<Cause, Phase>>> = {
  saved: { edited: 'dirty', begun: 'saving', taken: 'saved' },
  dirty: { edited: 'dirty', begun: 'saving', taken: 'saved' },
  saving: { edited: 'outrun', stored: 'saved', failed: 'error', refused: 'conflict' },
  outrun: { edited: 'outrun', stored: 'dirty', failed: 'error', refused: 'conflict' },
  error: { edited: 'error', begun: 'saving', taken: 'saved' },
  conflict: { edited: 'conflict', begun: 'saving', taken: 'saved' },
}

export interface SaveOptions {
  overwrite?: boolean
  keepalive?: boolean
}

export interface Saver {
  /** The graph was changed: it is saved once edits pause. */
  edited(): void
  /** Only the view moved: saved at leisure, never a conflict, never an error. */
  looked(): void
  /** Resolves when all that was there at the call is stored, or the state says why not. */
  save(options?: SaveOptions): Promise<void>
  /** Takes what is stored in place of what is shown; rejects when it cannot be had. */
  reload(): Promise<void>
  /** No more saves, timers or listeners. */
  close(): void
}

export interface SaverOptions {
  persistence: Persistence
  /** What would be saved now. */
  snapshot: () => Snapshot
  onChange: (saving: Saving) => void
  /** Shows what was loaded in place of the graph, without calling `edited`. */
  adopt: (snapshot: Snapshot | null) => void
  /** False when nothing is stored yet: looking around an empty editor stores nothing. */
  stored: boolean
  /** How long after the last edit. */
  waitMs?: number
}

const WAIT_MS = 800
/** Who never stops typing is saved all the same. */
const LONGEST_WAITS = 6
const LOOKED_MS = 3_000
const RETRY_MS = 2_000
const LONGEST_RETRY_MS = 60_000

/** Answers that another try would only repeat. */
function isFinal(error: unknown): boolean {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}

/** Browsers let only so much outlive a page; what is longer must go before. */
function isTooLong(snapshot: Snapshot): boolean {
  return JSON.stringify(snapshot).length > 50_000
}

/** How long whoever refused asks to be left alone, in ms. */
function waitOf(error: unknown): number {
  const wait = (error as { retryAfterMs?: unknown } | null)?.retryAfterMs
  return typeof wait === 'number' ? wait : 0
}

function theirsOf(error: unknown): Snapshot | undefined {
  return (error as { theirs?: Snapshot } | null)?.theirs
}

export function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConflictError'
}

export function createSaver(options: SaverOptions): Saver {
  const { persistence, waitMs = WAIT_MS } = options
  let phase: Phase = 'saved'
  let stored = options.stored
  let unsavedLook = false
  /** Somebody else saved: nothing that only looks has to hear of it. */
  let outdated = false
  let firstEdit: number | undefined
  let failures = 0
  let closed = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let lookTimer: ReturnType<typeof setTimeout> | undefined
  let line: Promise<unknown> = Promise.resolve()

  const move = (cause: Cause, details: { error?: RunError; theirs?: Snapshot } = {}): void => {
    const target = MOVES[phase][cause]
    if (!target) throw new Error(`No way from ${phase} by ${cause}.`)
    const was = phase
    phase = target
    if (was === target && !details.error) return
    options.onChange({ state: target === 'outrun' ? 'saving' : target, ...details })
  }

  const plan = (ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), ms)
  }

  /** One at a time, in the order they were asked for. */
  const inLine = <T>(task: () => Promise<T>): Promise<T> => {
    const done = line.then(task)
    line = done.catch(() => undefined)
    return done
  }

  const write = async ({ overwrite, keepalive }: SaveOptions): Promise<void> => {
    if (closed) return
    if (phase === 'saved' && stored && !overwrite) return writeLook(keepalive)
    if (phase === 'conflict' && !overwrite) return
    clearTimeout(timer)
    timer = firstEdit = undefined
    unsavedLook = false
    move('begun')
    try {
      await persistence.save(options.snapshot(), { overwrite, keepalive })
      stored = true
      outdated = false
      failures = 0
      move('stored')
      if (MOVES[phase].stored === undefined && phase === 'dirty') plan(waitMs)
    } catch (error) {
      failed(error)
    }
  }

  const failed = (error: unknown): void => {
    if (isConflict(error)) {
      move('refused', { error: errorOf(error), theirs: theirsOf(error) })
      return
    }
    move('failed', { error: errorOf(error) })
    if (closed || isFinal(error)) return
    plan(Math.max(Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS), waitOf(error)))
    failures += 1
  }

  /** Where one looks is not worth a word when it cannot be kept. */
  const writeLook = async (keepalive?: boolean): Promise<void> => {
    if (!unsavedLook) return
    unsavedLook = false
    try {
      await persistence.save(options.snapshot(), { keepalive })
    } catch (error) {
      outdated = isConflict(error)
    }
  }

  const save = (asked: SaveOptions = {}): Promise<void> => inLine(() => write(asked))

  const reload = (): Promise<void> =>
    inLine(async () => {
      const theirs = await persistence.load()
      if (closed) return
      clearTimeout(timer)
      timer = firstEdit = undefined
      stored = theirs !== null
      outdated = false
      options.adopt(theirs)
      move('taken')
    })

  const edited = (): void => {
    if (closed) return
    move('edited')
    if (phase === 'dirty') {
      firstEdit ??= Date.now()
      plan(Math.min(waitMs, Math.max(0, firstEdit + LONGEST_WAITS * waitMs - Date.now())))
    } else if (phase === 'error' && timer === undefined) {
      plan(waitMs)
    }
  }

  const looked = (): void => {
    if (closed || !stored || outdated) return
    unsavedLook = true
    clearTimeout(lookTimer)
    lookTimer = setTimeout(() => phase === 'saved' && void save(), LOOKED_MS)
  }

  const letGo = watchPage({
    left: () => void save({ keepalive: true }),
    backOnline: () => phase === 'error' && void save(),
    loses: () => (phase === 'dirty' ? isTooLong(options.snapshot()) : phase !== 'saved'),
  })

  const close = (): void => {
    closed = true
    clearTimeout(timer)
    clearTimeout(lookTimer)
    letGo()
  }

  return { edited, looked, save, reload, close }
}

interface PageWatch {
  left: () => void
  backOnline: () => void
  /** Whether leaving now would lose work, so that the browser asks first. */
  loses: () => boolean
}

/** Listens to the page that the editor is on; the answer stops it. */
function watchPage(watch: PageWatch): () => void {
  if (typeof window === 'undefined') return () => undefined
  const listening = new AbortController()
  const { signal } = listening
  const hidden = (): void => {
    if (document.visibilityState === 'hidden') watch.left()
  }
  document.addEventListener('visibilitychange', hidden, { signal })
  window.addEventListener('pagehide', watch.left, { signal })
  window.addEventListener('online', watch.backOnline, { signal })
  window.addEventListener(
    'beforeunload',
    (event) => {
      if (watch.loses()) event.preventDefault()
    },
    { signal },
  )
  return () => listening.abort()
}

/** When to try again, and for how long. */

import { RunLostError, ServerError } from './errors'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000
/** About a minute: longer than a server takes to be started again. */
const MOST_TRIES = 12

/** Whether the same may well work in a moment. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ServerError)) return false
  return error.status === 0 || error.status >= 500 || [408, 425, 429].includes(error.status)
}

/**
 * Waits as long as is fit, and no less than the server asked, before try number `tries` in a row, counted from 0. Rejects with
 * a RunLostError after too many, with the reason of `signal` when that aborts.
 */
export async function pauseBefore(tries: number, cause: unknown, signal: AbortSignal): Promise<void> {
  if (tries >= MOST_TRIES) throw new RunLostError('The connection to the run broke, and did not come back.', cause)
  const refusal = cause instanceof ServerError ? cause : null
  const wait = refusal?.status === 429 ? LONGEST_WAIT_MS : Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS)
  // Not all who lost one server come back to it at once.
  await pause(Math.max(wait, refusal?.retryAfterMs ?? 0) * (1 + Math.random() / 2), signal)
}

/** Resolves after so many ms; rejects with the reason of `signal` when that aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

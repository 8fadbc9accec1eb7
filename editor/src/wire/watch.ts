/** Looking at a run from its first event to its end, without any part in it. */

import { readEvents, SILENCE_MS } from './events'
import { isPassing, pauseBefore } from './patience'
import { type Init, send, withQuery } from './request'
import type { RunEvent } from './types'

const NO_CONTENT = 204
const ENDS: ReadonlySet<unknown> = new Set(['completed', 'error', 'cancelled'])

/**
 * Tells each event once, across lost connections; resolves when the run has ended or
 * `signal` aborts. Rejects with a ServerError for what the server refuses, with a
 * RunLostError when the run can no longer be followed.
 */
export async function watchRun(
  url: string,
  init: Init<'load'> | undefined,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let seen = 0
  let tries = 0
  let cause: unknown
  const take = (event: RunEvent): 'end' | 'cut' | null => {
    const isStatus = event.name === 'run_status'
    // Without a number it tells of the stream, not of the run: the server closes.
    if (isStatus && event.id === undefined) return 'cut'
    seen = Math.max(seen, event.id ?? 0)
    tries = 0
    onEvent(event)
    return isStatus && ENDS.has(event.data.status) ? 'end' : null
  }
  try {
    for (;;) {
      const response = await open(url, init, seen, signal).catch((error: unknown) => {
        if (!isPassing(error)) throw error
        cause = error
      })
      if (response?.status === NO_CONTENT) return
      const read = response && (await readEvents(response, SILENCE_MS, take))
      if (read?.ended === 'end') return
      cause = read?.cause ?? cause
      await pauseBefore(tries, cause, signal)
      tries += 1
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function open(url: string, init: Init<'load'> | undefined, seen: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = seen > 0 ? { 'Last-Event-ID': `${seen}` } : {}
  return send(withQuery(url, { chunks: 'delta' }), { kind: 'load', init, headers, signal })
}

/** What a server, or the way to it, can refuse. */

import type { Snapshot } from '../model/types'

/** No browser's timer is longer than 24 days. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000

interface Details {
  status: number
  code: string
  message: string
  hint?: string | undefined
  /** How long the server asks to wait before another try, in ms. */
  retryAfterMs?: number | undefined
}

/** An answer other than success; with status 0 there was no answer at all. */
export class ServerError extends Error {
  override name = 'ServerError'
  readonly status: number
  readonly code: string
  readonly hint: string | undefined
  readonly retryAfterMs: number | undefined

  constructor({ status, code, message, hint, retryAfterMs }: Details, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.code = code
    this.hint = hint
    this.retryAfterMs = retryAfterMs
  }
}

/** Somebody else saved since; `theirs` is what is stored now, if it still is. */
export class ConflictError extends ServerError {
  override name = 'ConflictError'
  readonly theirs: Snapshot | undefined

  constructor(details: Details, theirs: Snapshot | undefined) {
    super(details)
    this.theirs = theirs
  }
}

/** The way to a run is lost; what became of the run is not known. */
export class RunLostError extends ServerError {
  override name = 'RunLostError'

  constructor(message: string, cause?: unknown) {
    const hint = 'Look it up in the run history; it may well go on.'
    super({ status: 0, code: 'WF_CLIENT_RUN_LOST', message, hint }, { cause })
  }
}

/** The editor is taken out of its page: why its requests end, and what it drives goes on. */
export class LeftError extends Error {
  override name = 'LeftError'

  constructor() {
    super('The editor was taken out of the page. The run goes on.')
  }
}

interface Problem {
  error?: unknown
  errors?: { code?: unknown; detail?: unknown; hint?: unknown }[]
}

/** What the answer says is wrong, and the whole of its body. */
export async function problemOf(response: Response): Promise<{ details: Details; body: unknown }> {
  const body = parsed(await response.text().catch(() => ''))
  const problem = (body && typeof body === 'object' ? body : {}) as Problem
  const first = Array.isArray(problem.errors) ? problem.errors[0] : undefined
  const message = [problem.error, first?.detail].find(isText)
  return {
    details: {
      status: response.status,
      code: isText(first?.code) ? first.code : `HTTP_${response.status}`,
      message: message ?? `The server answered ${response.status}.`,
      hint: isText(first?.hint) ? first.hint : undefined,
      retryAfterMs: waitOf(response),
    },
    body,
  }
}

/** By `Retry-After`, which is in seconds or names a time. */
function waitOf({ headers }: Response): number | undefined {
  const told = headers.get('Retry-After')?.trim()
  if (!told) return undefined
  const ms = /^\d+$/.test(told) ? Number(told) * 1000 : Date.parse(told) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_WAIT_MS)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy answers in HTML, of which nothing is fit to be shown.
    return null
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** What a server, or the way to it, can refuse. */

import type { Snapshot } from '../model/types'

interface Details {
  status: number
  code: string
  message: string
  hint?: string | undefined
}

/** An answer other than success; with status 0 there was no answer at all. */
export class ServerError extends Error {
  override name = 'ServerError'
  readonly status: number
  readonly code: string
  readonly hint: string | undefined

  constructor({ status, code, message, hint }: Details, options?: ErrorOptions) {
    super(message, options)
    this.status = status
    this.code = code
    this.hint = hint
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
    },
    body,
  }
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

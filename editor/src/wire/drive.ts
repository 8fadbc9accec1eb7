/** One run from stream to stream, past reviews and lost connections, to its outcome. */

import type { Json } from '../model/types'
import { LeftError, RunLostError, ServerError } from './errors'
import { readEvents, SILENCE_MS } from './events'
import { isPassing, pause, pauseBefore } from './patience'
import { type Init, send, withQuery } from './request'
import type { Decision, EditorSurface, Suspension } from './surface'
import type { RunEvent } from './types'

export type RunKind = 'run' | 'resume' | 'cancel' | 'pending'

/** How a run ended. A run that could not be followed to its end rejects instead. */
export type RunOutcome =
  | { status: 'completed' | 'cancelled'; runId?: string | undefined; result: Record<string, Json> }
  | { status: 'error'; runId?: string | undefined; error: { code?: string; message: string; hint?: string } }

/** What following a run needs, wherever one enters. */
export interface Course {
  editor: EditorSurface
  resumeUrl?: string | undefined
  cancelUrl?: string | undefined
  /** Where a run is painted anew; by default `runs/{id}/attach` beside the other addresses. */
  attachUrl?: ((runId: string) => string) | undefined
  signal?: AbortSignal | undefined
  init?: Init<RunKind> | undefined
}

type Opening = (signal: AbortSignal) => Promise<Response>

type End =
  | { kind: 'outcome'; outcome: RunOutcome }
  | { kind: 'paused'; suspension: Suspension }
  | { kind: 'cut'; cause?: unknown }

/** Where one enters: a stream that is to be opened, or a question that is to be asked. */
export type Entry = { open: Opening; runId?: string } | { suspension: Suspension }

/** How long a stream may take to tell what a cancelled run did at the last. */
const LAST_WORDS_MS = 5_000
/** A server says so in place of an end: the run goes on without this stream. */
const NO_ENDS: ReadonlySet<unknown> = new Set(['WF_SERVER_CLOSING', 'WF_STREAM_BROKEN'])

/**
 * Follows a run to its end, painting it in the editor. Aborting `signal` cancels it: by
 * `cancelUrl`, or else by closing the stream; with a LeftError it only closes that. Rejects with a ServerError for what the
 * server refuses, with a RunLostError when the run can no longer be followed.
 */
export async function follow(course: Course, address: string, entry: Entry): Promise<RunOutcome> {
  if (course.signal?.aborted) return cancelled()
  const drive = new Drive(course, address)
  try {
    return await drive.from(entry)
  } finally {
    drive.leave()
  }
}

class Drive {
  private runId: string | undefined
  private seen = 0
  private tries = 0
  private failure: unknown
  private refused: { nodeId: string; error: unknown } | undefined
  private readonly leaving = new AbortController()
  private telling: Promise<void> | undefined
  private learn: (runId: string) => void = () => undefined
  private readonly known = new Promise<string>((resolve) => {
    this.learn = resolve
  })

  constructor(
    private readonly course: Course,
    private readonly address: string,
  ) {
    const stop = (): unknown => (this.isLeft() ? this.leave() : this.cancel())
    course.signal?.addEventListener('abort', stop, { once: true, signal: this.leaving.signal })
  }

  /** Closes what is open and stops listening. */
  leave(): void {
    this.leaving.abort()
  }

  async from(entry: Entry): Promise<RunOutcome> {
    if ('suspension' in entry) this.note(entry.suspension.runId)
    else if (entry.runId) this.note(entry.runId)
    let open = 'open' in entry ? entry.open : await this.answered(entry.suspension)
    while (open) {
      const end = await this.paint(open)
      if (end.kind === 'outcome') return end.outcome
      open = end.kind === 'paused' ? await this.answered(end.suspension) : await this.reattached(end.cause)
    }
    if (this.isLeft()) throw this.course.signal?.reason
    if (this.failure) throw this.failure
    const data: RunEvent['data'] = { status: 'cancelled', result: {} }
    this.course.editor.receive({ name: 'run_status', data })
    return cancelled(this.runId)
  }

  private async paint(open: Opening): Promise<End> {
    let response: Response
    try {
      response = await open(this.leaving.signal)
    } catch (cause) {
      if (this.leaving.signal.aborted) return { kind: 'cut', cause }
      throw cause
    }
    this.note(response.headers.get('X-Run-Id'))
    const silence = this.attachUrl() ? SILENCE_MS : Infinity
    const read = await readEvents(response, silence, (event) => this.take(event))
    return read.ended ?? { kind: 'cut', cause: read.cause }
  }

  /** Paints the event; tells what it ends, if anything. */
  private take(event: RunEvent): End | null {
    const { id, name, data } = event
    const { status, error } = data
    if (name === 'run_status' && id === undefined && NO_ENDS.has((error as { code?: Json } | undefined)?.code)) {
      return { kind: 'cut', cause: error }
    }
    if (id === undefined || id > this.seen) {
      this.seen = id ?? this.seen
      this.tries = 0
      this.course.editor.receive(event)
    }
    if (name !== 'run_status') return null
    if (status === 'running') this.note(data.runId)
    if (status === 'paused') return { kind: 'paused', suspension: data.suspension as unknown as Suspension }
    const outcome = outcomeOf(data, this.runId)
    return outcome && { kind: 'outcome', outcome }
  }

  /** The stream of what follows the person's answer; null when they cancel the run. */
  private async answered(suspension: Suspension): Promise<Opening | null> {
    const { editor, resumeUrl } = this.course
    const { runId, nodeId } = suspension
    this.note(runId)
    if (this.refused?.nodeId === nodeId) throw this.refused.error
    if (!resumeUrl) throw notResumable()
    const asking = this.course.signal ?? this.leaving.signal
    const decision = asking.aborted ? null : await editor.requestApproval(suspension, asking)
    if (this.isLeft()) return null
    if (decision) return this.resuming(resumeUrl, { runId, nodeId, decision })
    await this.toldCancel().catch((error: unknown) => (this.failure = error))
    return null
  }

  private resuming(url: string, body: { runId: string; nodeId: string; decision: Decision }): Opening {
    return async (signal) => {
      try {
        return await openResume({ ...this.course, resumeUrl: url, signal }, body)
      } catch (error) {
        if (!(error instanceof ServerError) || !this.attachUrl()) throw error
        // Somebody else was faster: what they decided is what goes on.
        if (error.status === 404) this.refused = { nodeId: body.nodeId, error }
        else if (!isPassing(error)) throw error
        return this.attach(signal)
      }
    }
  }

  /** The stream that paints the run anew after the last one broke; null when one is to leave. */
  private async reattached(cause: unknown): Promise<Opening | null> {
    if (this.leaving.signal.aborted) return null
    if (!this.attachUrl()) throw new RunLostError('The connection broke before the run ended.', cause)
    return (signal) => this.attach(signal, cause)
  }

  private async attach(signal: AbortSignal, cause?: unknown): Promise<Response> {
    for (let lately = cause; ; ) {
      await pauseBefore(this.tries, lately, signal)
      this.tries += 1
      try {
        return await openAttach(this.attachUrl() ?? '', { ...this.course, signal })
      } catch (error) {
        if (signal.aborted || !isPassing(error)) throw error
        lately = error
      }
    }
  }

  private async cancel(): Promise<void> {
    try {
      await this.toldCancel()
      if (this.course.cancelUrl) await pause(LAST_WORDS_MS, this.leaving.signal)
    } catch (error) {
      if (!this.leaving.signal.aborted) this.failure = error
    }
    this.leave()
  }

  /** Resolves when the server has heard of it. */
  private toldCancel(): Promise<void> {
    return (this.telling ??= this.tellCancel())
  }

  private async tellCancel(): Promise<void> {
    const { cancelUrl, init } = this.course
    if (!cancelUrl) return
    const runId = await this.known
    await send(cancelUrl, { kind: 'cancel', init, method: 'POST', body: { runId }, keepalive: true })
  }

  private isLeft(): boolean {
    return this.course.signal?.reason instanceof LeftError
  }

  private attachUrl(): string | null {
    if (this.runId === undefined) return null
    return this.course.attachUrl?.(this.runId) ?? attachAddress(this.address, this.runId)
  }

  private note(runId: unknown): void {
    if (typeof runId !== 'string' || runId === '') return
    this.runId ??= runId
    this.learn(runId)
  }
}

/** The address at which a run is painted anew, beside that of another call; null beside others. */
export function attachAddress(address: string, runId: string): string | null {
  const base = /^(.*?)(?:run|resume|cancel|pending)(?:[?#].*)?$/.exec(address)?.[1]
  return base === undefined || (base !== '' && !base.endsWith('/')) ? null : `${base}runs/${encodeURIComponent(runId)}/attach`
}

export function openAttach(url: string, { init, signal }: Pick<Course, 'init' | 'signal'>): Promise<Response> {
  return send(withQuery(url, { chunks: 'delta' }), { kind: 'run', init, signal, method: 'POST' })
}

export function openResume(
  { resumeUrl, init, signal }: Pick<Course, 'init' | 'signal'> & { resumeUrl: string },
  body: { runId: string; nodeId?: string | undefined; decision: Decision },
): Promise<Response> {
  return send(withQuery(resumeUrl, { chunks: 'delta' }), { kind: 'resume', init, signal, method: 'POST', body })
}

function outcomeOf(data: RunEvent['data'], runId: string | undefined): RunOutcome | null {
  const { status } = data
  if (status === 'error') return { status, runId, error: data.error as { message: string } }
  if (status !== 'completed' && status !== 'cancelled') return null
  return { status, runId, result: (data.result ?? {}) as Record<string, Json> }
}

function cancelled(runId?: string): RunOutcome {
  return { status: 'cancelled', runId, result: {} }
}

function notResumable(): ServerError {
  return new ServerError({
    status: 0,
    code: 'WF_RUNTIME_REVIEW_NOT_RESUMABLE',
    message: 'The run waits for a decision, which this page cannot send.',
    hint: 'Give `resumeUrl` to what runs the workflow.',
  })
}

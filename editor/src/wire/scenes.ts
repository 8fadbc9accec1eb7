/** Servers and editors for tests: answers in place of the network, and what was asked. */

import { vi } from 'vitest'

import type { Json } from '../model/types'
import type { Decision, EditorSurface, Suspension } from './surface'
import type { RunEvent } from './types'

export interface Request {
  method: string
  url: string
  headers: Headers
  body: Json
  signal: AbortSignal | null
  keepalive: boolean
}

type Answer = Response | Error | ((request: Request) => Response | Promise<Response>)

/** Answers requests in turn; one more than expected fails. Gives what was asked so far. */
export function answering(...answers: Answer[]): Request[] {
  const asked: Request[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const request = {
      method: init.method ?? 'GET',
      url,
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as Json) : null,
      signal: init.signal ?? null,
      keepalive: init.keepalive ?? false,
    }
    const answer = answers[asked.push(request) - 1]
    if (!answer) throw new Error(`Nobody expected ${request.method} ${url}.`)
    if (answer instanceof Error) throw answer
    return typeof answer === 'function' ? answer(request) : answer
  })
  return asked
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers })
}

export function problem(status: number, code = 'WF_X', message = 'No.', more: object = {}): Response {
  return json({ error: message, errors: [{ code, detail: message, hint: 'Do that.' }], ...more }, status)
}

/** An event as the server sends it. */
export function frame(name: string, data: RunEvent['data'], id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

/** How a stream ends: as it should, by a broken connection, or not before it is closed. */
type Ending = 'end' | 'break' | 'open'

/** A stream of these texts. */
export function stream(texts: string[], { ending = 'end', runId = 'r1' }: { ending?: Ending; runId?: string } = {}) {
  return ({ signal }: { signal?: AbortSignal | null } = {}): Response => {
    const left = texts.map((text) => new TextEncoder().encode(text))
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
      pull: (controller) => {
        const next = left.shift()
        if (next) controller.enqueue(next)
        else if (ending === 'end') controller.close()
        else if (ending === 'break') controller.error(new TypeError('network error'))
        // What was pulled and never comes keeps a stream open.
      },
    })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'X-Run-Id': runId } })
  }
}

/** An editor that notes what it is told, and answers each question with the next decision. */
export function surface(...decisions: (Decision | null)[]) {
  const events: RunEvent[] = []
  const questions: Suspension[] = []
  const editor: EditorSurface = {
    getGraph: () => ({ nodes: {}, edges: {} }),
    clearExecutionState: () => events.splice(0),
    receive: (event) => events.push(event),
    requestApproval: (suspension, signal) => {
      questions.push(suspension)
      const decision = decisions.shift()
      if (decision !== undefined) return Promise.resolve(decision)
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)))
    },
  }
  const statuses = () => events.filter((event) => event.name === 'run_status').map((event) => event.data.status)
  return { editor, events, questions, statuses }
}

/** What `promise` comes to, with all waiting done in no time. */
export async function outcomeOf<T>(promise: Promise<T>): Promise<T | Error> {
  const settled = promise.catch((error: Error) => error)
  await vi.runAllTimersAsync()
  return settled
}

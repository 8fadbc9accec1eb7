/** One request to the server, and what the host adds to it. */

import { problemOf, ServerError } from './errors'

/**
 * What a host adds to each request, such as headers: the same for all, or resolved anew
 * for every single one by its kind.
 */
export type Init<Kind extends string> =
  | RequestInit
  | ((request: { kind: Kind }) => RequestInit | Promise<RequestInit>)

export interface Asked<Kind extends string> {
  kind: Kind
  init?: Init<Kind> | undefined
  method?: string
  headers?: Record<string, string>
  /** Sent as JSON; a text is sent as it is. */
  body?: unknown
  signal?: AbortSignal | undefined
  keepalive?: boolean
  /** Whether the browser may keep the answer; by default it does not. */
  cache?: RequestCache
}

/**
 * The answer, which is a success. Rejects with a ServerError {status, code, message, hint,
 * retryAfterMs}, or with the reason of `signal` when that aborts.
 */
export async function send<Kind extends string>(url: string, asked: Asked<Kind>): Promise<Response> {
  const response = await answerTo(url, asked)
  if (!response.ok) throw new ServerError((await problemOf(response)).details)
  return response
}

/** The answer, whatever its status. Rejects when there is none. */
export async function answerTo<Kind extends string>(url: string, asked: Asked<Kind>): Promise<Response> {
  const { kind, init, method = 'GET', body, keepalive = false, cache = 'no-store' } = asked
  const added = (typeof init === 'function' ? await init({ kind }) : init) ?? {}
  const signals = [asked.signal, added.signal].filter((signal) => signal != null)
  const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0]
  const request: RequestInit = { cache, ...added, method, headers: headersOf(added.headers, asked), keepalive }
  if (body !== undefined) request.body = typeof body === 'string' ? body : JSON.stringify(body)
  if (signal) request.signal = signal
  try {
    return await fetch(url, request)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const message = 'The server could not be reached.'
    const hint = 'Check the connection, and try again.'
    throw new ServerError({ status: 0, code: 'WF_CLIENT_UNREACHABLE', message, hint }, { cause: error })
  }
}

function headersOf(added: HeadersInit | undefined, { headers = {}, body }: Pick<Asked<string>, 'headers' | 'body'>): Headers {
  const all = new Headers(added)
  if (body !== undefined) all.set('Content-Type', 'application/json')
  for (const [name, value] of Object.entries(headers)) all.set(name, value)
  return all
}

/** The address with these parameters, where it does not have them already. */
export function withQuery(url: string, parameters: Record<string, string>): string {
  const [address = '', query = ''] = url.split('#')[0]?.split('?') ?? []
  const all = new URLSearchParams(query)
  for (const [name, value] of Object.entries(parameters)) if (!all.has(name)) all.set(name, value)
  return `${address}?${all}`
}

/** The events of a run out of one response. */

import type { Json } from '../model/types'
import { SseParser, type Message } from './sse'
import type { RunEvent } from './types'

type Data = RunEvent['data']

/** Longer than a server is silent between two comments. */
export const SILENCE_MS = 60_000

/** What `take` answered in the end; nothing when the response ended or broke before that. */
export interface Read<T> {
  ended?: T
  cause?: unknown
}

/**
 * Hands over each event as it comes, until `take` answers something: then the response is
 * closed. A connection that breaks, that ends, or in which for `silenceMs` not even a
 * comment comes, is no error here. What `take` raises is raised. A `node_chunk` has the
 * node's whole text as `content`, whether the server sends it or only the deltas.
 */
export async function readEvents<T>(
  response: Response,
  silenceMs: number,
  take: (event: RunEvent) => T | null,
): Promise<Read<T>> {
  const reader = response.body?.getReader()
  if (!reader) return {}
  const parser = new SseParser()
  const texts = new Map<string, string>()
  try {
    for (;;) {
      const { value, cause } = await piece(reader, silenceMs)
      if (!value) return { cause }
      for (const message of parser.push(value)) {
        const event = eventOf(message)
        const ended = event && take(withText(event, texts))
        if (ended !== null) return { ended }
      }
    }
  } finally {
    // The connection may be gone already, and then there is nothing to close.
    reader.cancel().catch(() => undefined)
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

async function piece(reader: Reader, silenceMs: number): Promise<{ value?: Uint8Array | undefined; cause?: unknown }> {
  try {
    return await within(silenceMs, reader.read())
  } catch (cause) {
    return { cause }
  }
}

/** Null for what is no event of a run: its data are no JSON object. */
function eventOf({ event, data, id }: Message): RunEvent | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(data)
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
  const read: RunEvent = { name: event, data: parsed as Data }
  const number = Number(id)
  if (id !== undefined && id !== '' && Number.isSafeInteger(number)) read.id = number
  return read
}

function withText(event: RunEvent, texts: Map<string, string>): RunEvent {
  const { name, data } = event
  const nodeId = textOf(data.nodeId)
  if (name === 'node_attempt' || (name === 'node_status' && data.status === 'running')) texts.delete(nodeId)
  if (name !== 'node_chunk') return event
  const content = typeof data.content === 'string' ? data.content : (texts.get(nodeId) ?? '') + textOf(data.delta)
  texts.set(nodeId, content)
  return { ...event, data: { ...data, content } }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  if (ms === Infinity) return work
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The connection has fallen silent.')), ms)
  })
  try {
    return await Promise.race([work, silence])
  } finally {
    clearTimeout(timer)
  }
}

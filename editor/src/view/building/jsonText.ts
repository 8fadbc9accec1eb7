/** JSON as people type it: what it means, or why it means nothing. */

import type { Json } from '../../model/types'

export type Reading = { ok: true; value: Json | undefined } | { ok: false; problem: string }

/** Empty text means that nothing is set. */
export function readJson(text: string): Reading {
  if (text.trim() === '') return { ok: true, value: undefined }
  try {
    return { ok: true, value: JSON.parse(text) as Json }
  } catch (error) {
    return { ok: false, problem: problemIn(text, (error as Error).message) }
  }
}

/** Takes objects alone. */
export function readObject(text: string): Reading {
  const reading = readJson(text)
  const isObject =
    reading.ok && typeof reading.value === 'object' && reading.value !== null && !Array.isArray(reading.value)
  return isObject || !reading.ok ? reading : { ok: false, problem: 'This must be an object: { … }.' }
}

/** The text of a value, indented as people write it. */
export function writeJson(value: Json | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2)
}

function problemIn(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position === undefined) return 'This JSON is not complete yet.'
  const before = text.slice(0, Number(position)).split('\n')
  return `Not valid JSON at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}.`
}

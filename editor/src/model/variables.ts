/** The `{variables}` of prompts. */

import type { Json } from './types'

const VARIABLE = /\{(\w+)\}/g
const BRACED = /\{([^{}]*)\}/g

/** Names of the variables in the texts, first occurrence first; what is no text has none. */
export function variablesIn(texts: Iterable<Json | undefined>): string[] {
  const found = new Set<string>()
  for (const text of texts) {
    if (typeof text !== 'string') continue
    for (const [, name] of text.matchAll(VARIABLE)) if (name) found.add(name)
  }
  return [...found]
}

/** A piece of a prompt; the pieces joined are the prompt. */
export interface PromptPiece {
  text: string
  /** `misnamed` is what was perhaps meant as a variable, such as `{two words}`. */
  kind: 'text' | 'variable' | 'misnamed'
}

/** A prompt cut at its variables, for an editor to mark them. */
export function promptPieces(prompt: string): PromptPiece[] {
  const pieces: PromptPiece[] = []
  let end = 0
  for (const match of prompt.matchAll(BRACED)) {
    const kind = braceKind(match[1] ?? '')
    if (kind === 'text') continue
    if (match.index > end) pieces.push({ text: prompt.slice(end, match.index), kind: 'text' })
    pieces.push({ text: match[0], kind })
    end = match.index + match[0].length
  }
  if (end < prompt.length) pieces.push({ text: prompt.slice(end), kind: 'text' })
  return pieces
}

function braceKind(inside: string): PromptPiece['kind'] {
  if (/^\w+$/.test(inside)) return 'variable'
  // Braces around quotes, colons or nothing are JSON or code, as prompts often show.
  return /^\s*\w[\w\s-]*$/.test(inside) && !inside.includes('\n') ? 'misnamed' : 'text'
}

/** What a reviewer may edit, and what the run gets of it. */

import type { Json } from '../../model/types'
import type { Decision } from '../../store/types'
import { readJson, writeJson } from '../building/jsonText'
import { hasShortened } from './shortened'
import { kindOf } from './valueKinds'

export type ReviewKind = 'nothing' | 'text' | 'json' | 'fixed'

/** What cannot be edited as text is only looked at: images, and what came cut. */
export function reviewKind(data: Json | undefined): ReviewKind {
  if (data === undefined) return 'nothing'
  if (hasShortened(data) || kindOf(data) === 'image') return 'fixed'
  return typeof data === 'string' ? 'text' : 'json'
}

export function reviewText(data: Json | undefined): string {
  return typeof data === 'string' ? data : writeJson(data)
}

/** What is wrong with the text as an answer; null when nothing is. */
export function reviewProblem(kind: ReviewKind, text: string): string | null {
  if (kind !== 'json') return null
  const reading = readJson(text)
  if (!reading.ok) return reading.problem
  return reading.value === undefined ? 'Write null for no value.' : null
}

/** Data goes along only if it was edited; without it the run keeps what was reviewed. */
export function decisionOf(branch: Decision['branch'], data: Json | undefined, text: string): Decision {
  const kind = reviewKind(data)
  if (kind === 'fixed' || kind === 'nothing' || text === reviewText(data)) return { branch }
  if (kind === 'text') return { branch, data: text }
  const reading = readJson(text)
  return reading.ok && reading.value !== undefined ? { branch, data: reading.value } : { branch }
}

/** What the Input node asks for, and what a person filled in. */

import type { Field, Graph, Json } from '../../model/types'
import { readJson } from '../building/jsonText'

/** What stands in one control: a text, a switch, or a row of texts. */
export type Draft = string | boolean | string[]
export type Drafts = Record<string, Draft>
export type Control = 'text' | 'number' | 'boolean' | 'image' | 'json' | 'list'

export interface FilledForm {
  inputs: Record<string, Json>
  /** What is wrong, by field; empty when the run can start. */
  errors: Record<string, string>
}

const CONTROLS: Record<string, Control> = { string: 'text', number: 'number', boolean: 'boolean', image: 'image' }
const IN_LISTS = ['string', 'number', 'image']

/** The fields of the graph's Input nodes, each name once. */
export function inputFields(graph: Graph): Field[] {
  const fields = new Map<string, Field>()
  for (const node of Object.values(graph.nodes)) {
    if (node.type !== 'input' || !Array.isArray(node.data['fields'])) continue
    for (const row of node.data['fields']) if (isField(row)) fields.set(row.name, row)
  }
  return [...fields.values()]
}

/** Which control asks for a field. */
export function controlOf(field: Field): Control {
  if (!field.multiple) return CONTROLS[field.dataType] ?? 'json'
  const isListed = field.default == null || (Array.isArray(field.default) && field.default.every(isPlain))
  return IN_LISTS.includes(field.dataType) && isListed ? 'list' : 'json'
}

/** Whether a run cannot start without somebody's answer. */
export function mustAsk(fields: Field[]): boolean {
  return fields.some((field) => field.required !== false && isEmpty(field.default))
}

/** What the controls show before anybody touched them. */
export function initialDrafts(fields: Field[]): Drafts {
  return Object.fromEntries(fields.map((field) => [field.name, initialDraft(field)]))
}

/** What was said before goes into the fields that still ask for the same. */
export function withRemembered(fields: Field[], remembered: Drafts | undefined): Drafts {
  const drafts = initialDrafts(fields)
  for (const [name, draft] of Object.entries(remembered ?? {})) {
    const fresh = Object.prototype.hasOwnProperty.call(drafts, name) ? drafts[name] : undefined
    if (fresh === undefined) continue
    if (typeof fresh === typeof draft && Array.isArray(fresh) === Array.isArray(draft)) drafts[name] = draft
  }
  return drafts
}

/** The inputs of a run: what is empty is left out, so that defaults answer. */
export function readForm(fields: Field[], drafts: Drafts): FilledForm {
  const filled: FilledForm = { inputs: {}, errors: {} }
  for (const field of fields) {
    const read = readDraft(field, drafts[field.name] ?? '')
    if ('error' in read) filled.errors[field.name] = read.error
    else if (!isEmpty(read.value)) filled.inputs[field.name] = read.value
    else if (field.required !== false && isEmpty(field.default)) filled.errors[field.name] = 'Fill this in.'
  }
  return filled
}

/** Null, "" and [] count as left out. */
export function isEmpty(value: Json | undefined): value is undefined | null | '' | [] {
  return value == null || value === '' || (Array.isArray(value) && value.length === 0)
}

type Read = { value: Json } | { error: string }

function readDraft(field: Field, draft: Draft): Read {
  if (typeof draft === 'boolean') return { value: draft }
  if (Array.isArray(draft)) return readList(field, draft)
  const control = controlOf(field)
  if (control === 'json' || control === 'list') return readValue(field, draft)
  return readOne(field.dataType, draft)
}

function readList(field: Field, rows: string[]): Read {
  const value: Json[] = []
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue
    const read = readOne(field.dataType, row)
    if ('error' in read) return { error: `Row ${index + 1}: ${read.error}` }
    value.push(read.value)
  }
  return { value }
}

function readOne(dataType: string, text: string): Read {
  if (dataType === 'number') {
    if (text.trim() === '') return { value: null }
    const number = Number(text)
    return Number.isFinite(number) ? { value: number } : { error: 'This must be a number.' }
  }
  if (dataType === 'image') {
    const address = text.trim()
    if (address === '' || /^(https?:\/\/[^\s]|data:image\/)/i.test(address)) return { value: address }
    return { error: 'This must be an address that begins with https://, or a file.' }
  }
  return { value: text }
}

function readValue(field: Field, text: string): Read {
  const reading = readJson(text)
  if (!reading.ok) return { error: `${reading.problem} A text needs quotes.` }
  const value = reading.value ?? null
  if ((field.multiple || field.dataType === 'array') && value !== null && !Array.isArray(value)) {
    return { error: 'This must be a list, as in ["a", "b"].' }
  }
  return { value }
}

function initialDraft(field: Field): Draft {
  const given = field.default
  switch (controlOf(field)) {
    case 'boolean':
      return given === true
    case 'list':
      return Array.isArray(given) ? given.map(String) : []
    case 'json':
      return given == null ? '' : JSON.stringify(given, null, 2)
    default:
      return given == null ? '' : typeof given === 'string' ? given : JSON.stringify(given)
  }
}

function isPlain(value: Json): boolean {
  return typeof value === 'string' || typeof value === 'number'
}

function isField(row: Json): row is Json & Field {
  return typeof row === 'object' && row !== null && !Array.isArray(row) && typeof row['name'] === 'string' && row['name'] !== ''
}

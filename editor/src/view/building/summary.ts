/** What a node does, in one short line out of its settings. */

import type { Config, ConfigField, Json, NodeType } from '../../model/types'

const LONGEST = 64

/** Settings that tell something, joined by dots; '' when none does. */
export function summaryOf(type: NodeType | undefined, data: Config): string {
  if (!type) return ''
  const parts = Object.entries(type.config).map(([key, field]) => told(field, data[key]))
  if (data.runPerItem === true) parts.push('once per item')
  return shortened(parts.filter(Boolean).join(' · '))
}

function told(field: ConfigField, value: Json | undefined): string {
  const teller = TELLERS[field.kind]
  return teller ? teller(value, field) : ''
}

const TELLERS: Record<string, (value: Json | undefined, field: ConfigField) => string> = {
  model: (value) => (typeof value === 'string' ? value : ''),
  slider: (value, field) => (typeof value === 'number' ? `${brief(field.label)} ${value}` : ''),
  select: (value, field) => {
    const chosen = String(value ?? field.default ?? '')
    return field.options?.[chosen] ?? chosen
  },
  text: (value) => firstLine(value),
  longText: (value) => firstLine(value),
  tools: (value) => (Array.isArray(value) && value.length > 0 ? counted(value.length, 'tool') : ''),
  imageSize: (value) => sizeOf(value),
  listOperation: (value, field) => operationOf(value ?? field.default),
}

function brief(label: string): string {
  return label === 'Temperature' ? 'temp' : label.toLowerCase()
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function firstLine(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim().split('\n', 1)[0]! : ''
}

function sizeOf(value: Json | undefined): string {
  const size = asObject(value)
  if (size.mode === 'custom') return `${shown(size.width)} × ${shown(size.height)}`
  return typeof size.preset === 'string' ? size.preset.replace('x', ' × ') : ''
}

function operationOf(value: Json | undefined): string {
  const { op, field, count, start, end, operator, value: target, separator, direction } = asObject(value)
  const by = field ? ` ${shown(field)}` : ''
  switch (op) {
    case 'take':
      return `take ${shown(count ?? 0)}`
    case 'slice':
      return `slice ${shown(start ?? 0)} – ${end === undefined ? 'end' : shown(end)}`
    case 'filter':
      return `filter${by} ${shown(operator ?? '==')} ${shown(target ?? '')}`
    case 'sort':
      return `sort${by} ${direction === 'desc' ? '↓' : '↑'}`
    case 'join':
      return `join${by} with ${JSON.stringify(separator ?? ', ')}`
    default:
      return `${shown(op)}${by}`
  }
}

function shown(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}

function asObject(value: Json | undefined): Record<string, Json | undefined> {
  return value && typeof value === 'object' && !Array.isArray(value) ? value : {}
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

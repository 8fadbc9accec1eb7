/** As what a value is best shown. */

import type { Graph, Json } from '../../model/types'

export type Kind = 'nothing' | 'plain' | 'text' | 'image' | 'link' | 'list' | 'tree'

const IMAGE = /^data:image\/[\w.+-]+[;,]/i
const IMAGE_ADDRESS = /^https?:\/\/\S+\.(?:png|jpe?g|gif|webp|avif|svg)(?:\?\S*)?$/i
const LINE_MARKS = [/^#{1,6} \S/m, /^(?:[-*+]|\d+\.) \S.*\n+(?:[-*+]|\d+\.) \S/m, /^```/m, /^\|.+\|\s*\n\|\s*:?-/m, /^> \S/m]
const INLINE_MARKS = [/\*\*\S[^*\n]*\*\*/, /\[[^\]\n]+\]\(https?:\/\/[^)\s]+\)/, /`[^`\n]+`/]
/** Marks that stand so early tell what the rest is. */
const LOOKED_AT = 4000

export function kindOf(value: Json | undefined): Kind {
  if (value === null || value === undefined || value === '') return 'nothing'
  if (typeof value === 'string') return IMAGE.test(value) ? 'image' : IMAGE_ADDRESS.test(value) ? 'link' : 'text'
  if (typeof value !== 'object') return 'plain'
  if (!Array.isArray(value)) return 'tree'
  return value.length > 0 && value.every((element) => typeof element === 'string') ? 'list' : 'tree'
}

/** Whether a text was most likely written as markdown. */
export function looksLikeMarkdown(text: string): boolean {
  const start = text.slice(0, LOOKED_AT)
  return LINE_MARKS.some((mark) => mark.test(start)) || INLINE_MARKS.some((mark) => mark.test(start))
}

/** The formats that the graph's Output fields name, by field. */
export function resultFormats(graph: Graph): Map<string, string> {
  const formats = new Map<string, string>()
  for (const node of Object.values(graph.nodes)) {
    if (node.type !== 'output' || !Array.isArray(node.data['fields'])) continue
    for (const row of node.data['fields']) {
      if (typeof row !== 'object' || row === null || Array.isArray(row)) continue
      const { name, format } = row
      if (typeof name === 'string' && typeof format === 'string') formats.set(name, format)
    }
  }
  return formats
}

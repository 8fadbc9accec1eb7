/** Reads markdown into blocks: headings, paragraphs, lists, quotes, code, tables, rules. */

export type Align = 'left' | 'center' | 'right' | undefined

export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'code'; text: string; language: string }
  | { kind: 'list'; start: number | null; items: ListItem[] }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'table'; head: string[]; align: Align[]; rows: string[][] }
  | { kind: 'rule' }

export interface ListItem {
  /** Null where the item is no box to tick. */
  ticked: boolean | null
  blocks: Block[]
}

const DEEPEST = 8
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/
const QUOTE = /^ {0,3}> ?/
const BULLET = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/
const DELIMITER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/

/** Never throws: what is no markup is a paragraph. */
export function readBlocks(text: string): Block[] {
  return blocksOf(text.replaceAll('\r\n', '\n').replaceAll('\t', '    ').split('\n'), 0)
}

function blocksOf(lines: string[], depth: number): Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const [block, next] = readBlock(lines, at, depth)
    if (block) blocks.push(block)
    at = next
  }
  return blocks
}

type Taken = [Block | null, number]

function readBlock(lines: string[], at: number, depth: number): Taken {
  const line = lines[at] ?? ''
  if (line.trim() === '') return [null, at + 1]
  const heading = HEADING.exec(line)
  if (heading) return [{ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }, at + 1]
  if (FENCE.test(line)) return readCode(lines, at)
  if (RULE.test(line)) return [{ kind: 'rule' }, at + 1]
  if (depth < DEEPEST) {
    if (QUOTE.test(line)) return readQuote(lines, at, depth)
    if (BULLET.test(line)) return readList(lines, at, depth)
  }
  if (isTable(lines, at)) return readTable(lines, at)
  return readParagraph(lines, at, depth)
}

function readCode(lines: string[], at: number): Taken {
  const [, fence = '', language = ''] = FENCE.exec(lines[at] ?? '') ?? []
  let end = at + 1
  while (end < lines.length && !isFenceEnd(lines[end] ?? '', fence)) end += 1
  return [{ kind: 'code', text: lines.slice(at + 1, end).join('\n'), language }, end + 1]
}

function isFenceEnd(line: string, fence: string): boolean {
  const trimmed = line.trim()
  return trimmed.length >= fence.length && trimmed === (fence[0] ?? '').repeat(trimmed.length)
}

function readQuote(lines: string[], at: number, depth: number): Taken {
  let end = at
  const inner: string[] = []
  while (end < lines.length && QUOTE.test(lines[end] ?? '')) inner.push((lines[end++] ?? '').replace(QUOTE, ''))
  return [{ kind: 'quote', blocks: blocksOf(inner, depth + 1) }, end]
}

function readList(lines: string[], at: number, depth: number): Taken {
  const marker = BULLET.exec(lines[at] ?? '')?.[2] ?? '-'
  const items: ListItem[] = []
  let end = at
  while (end < lines.length && isItemOf(lines[end] ?? '', marker)) {
    const [inner, next] = itemLines(lines, end)
    items.push(itemOf(inner, depth))
    end = next
    const after = skipBlank(lines, end)
    if (isItemOf(lines[after] ?? '', marker)) end = after
  }
  const start = /\d/.test(marker) ? Number.parseInt(marker, 10) : null
  return [{ kind: 'list', start, items }, end]
}

function isItemOf(line: string, marker: string): boolean {
  const found = BULLET.exec(line)?.[2]
  if (found === undefined || RULE.test(line)) return false
  return /\d/.test(marker) ? found.at(-1) === marker.at(-1) && /\d/.test(found) : found === marker
}

/** The lines of one item without its marker and indent. */
function itemLines(lines: string[], at: number): [string[], number] {
  const [whole = '', indent = '', marker = '', gap = ''] = BULLET.exec(lines[at] ?? '') ?? []
  const width = gap.length > 4 || gap === '' ? indent.length + marker.length + 1 : whole.length
  const inner = [(lines[at] ?? '').slice(width)]
  let end = at + 1
  while (end < lines.length) {
    const line = lines[end] ?? ''
    if (line.trim() === '') {
      const after = skipBlank(lines, end)
      if (indentOf(lines[after] ?? '') < Math.min(width, 2)) break
      while (end < after) inner.push(lines[end++] ?? '')
    } else if (indentOf(line) >= Math.min(width, 2)) {
      inner.push(line.slice(Math.min(width, indentOf(line))))
      end += 1
    } else if (startsBlock(line)) {
      break
    } else {
      inner.push(line)
      end += 1
    }
  }
  return [inner, end]
}

function itemOf(lines: string[], depth: number): ListItem {
  const box = /^\[([ xX])\] +/.exec(lines[0] ?? '')
  const rest = box ? [(lines[0] ?? '').slice(box[0].length), ...lines.slice(1)] : lines
  return { ticked: box ? box[1] !== ' ' : null, blocks: blocksOf(rest, depth + 1) }
}

function isTable(lines: string[], at: number): boolean {
  const head = lines[at] ?? ''
  const delimiter = lines[at + 1] ?? ''
  return head.includes('|') && delimiter.includes('-') && DELIMITER.test(delimiter) && cells(head).length === cells(delimiter).length
}

function readTable(lines: string[], at: number): Taken {
  const head = cells(lines[at] ?? '')
  const align = cells(lines[at + 1] ?? '').map(alignOf)
  const rows: string[][] = []
  let end = at + 2
  while (end < lines.length && (lines[end] ?? '').includes('|') && (lines[end] ?? '').trim() !== '') {
    const row = cells(lines[end++] ?? '')
    rows.push(head.map((_, column) => row[column] ?? ''))
  }
  return [{ kind: 'table', head, align, rows }, end]
}

function cells(line: string): string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
}

function alignOf(cell: string): Align {
  const isLeft = cell.startsWith(':')
  const isRight = cell.endsWith(':')
  return isLeft && isRight ? 'center' : isRight ? 'right' : isLeft ? 'left' : undefined
}

function readParagraph(lines: string[], at: number, depth: number): Taken {
  const taken = [(lines[at] ?? '').trim()]
  let end = at + 1
  while (end < lines.length) {
    const line = lines[end] ?? ''
    if (line.trim() === '' || (depth < DEEPEST && startsBlock(line)) || isTable(lines, end)) break
    taken.push(line.trim())
    end += 1
  }
  return [{ kind: 'paragraph', text: taken.join('\n') }, end]
}

function startsBlock(line: string): boolean {
  return HEADING.test(line) || FENCE.test(line) || RULE.test(line) || QUOTE.test(line) || BULLET.test(line)
}

function skipBlank(lines: string[], at: number): number {
  let next = at
  while (next < lines.length && (lines[next] ?? '').trim() === '') next += 1
  return next
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

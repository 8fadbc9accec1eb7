/** Reads one paragraph of markdown: emphasis, code, links, line breaks. */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'break' }
  | { kind: 'strong' | 'emphasis' | 'strike'; inner: Inline[] }
  | { kind: 'link'; href: string; inner: Inline[] }

const DEEPEST = 6
const SAFE_ADDRESS = /^(?:https?:\/\/|mailto:)[^\s]+$/i
const BARE_ADDRESS = /https?:\/\/[^\s<>"'`*]+/y
const WORD = /[\p{L}\p{N}_]/u

const MARKS: { mark: string; kind: 'strong' | 'emphasis' | 'strike' }[] = [
  { mark: '**', kind: 'strong' },
  { mark: '__', kind: 'strong' },
  { mark: '~~', kind: 'strike' },
  { mark: '*', kind: 'emphasis' },
  { mark: '_', kind: 'emphasis' },
]

/** An address that may be followed: http, https or mailto; null for all others. */
export function safeAddress(address: string): string | null {
  const trimmed = address.trim()
  return SAFE_ADDRESS.test(trimmed) ? trimmed : null
}

/** Never throws; what is no markup is text. Takes time in proportion to the text. */
export function readInlines(text: string, depth = 0): Inline[] {
  return new Reader(text, depth).read()
}

class Reader {
  private readonly found: Inline[] = []
  private plain = ''
  private at = 0
  /** Marks of which no further one closes: looked for once. */
  private readonly unclosed = new Set<string>()

  constructor(
    private readonly text: string,
    private readonly depth: number,
  ) {}

  read(): Inline[] {
    while (this.at < this.text.length) {
      const isMarkup =
        this.escape() || this.lineBreak() || this.code() || (this.depth < DEEPEST && (this.link() || this.marked())) || this.bare()
      if (!isMarkup) this.plain += this.text[this.at++]
    }
    this.flush()
    return this.found
  }

  private push(inline: Inline, end: number): true {
    this.flush()
    this.found.push(inline)
    this.at = end
    return true
  }

  private flush(): void {
    if (this.plain) this.found.push({ kind: 'text', text: this.plain })
    this.plain = ''
  }

  private escape(): boolean {
    const next = this.text[this.at + 1]
    if (this.text[this.at] !== '\\' || next === undefined || !/[!-/:-@[-`{-~]/.test(next)) return false
    this.plain += next
    this.at += 2
    return true
  }

  private lineBreak(): boolean {
    if (this.text[this.at] !== '\n') return false
    return this.push({ kind: 'break' }, this.at + 1)
  }

  private code(): boolean {
    if (this.text[this.at] !== '`') return false
    let ticks = 1
    while (this.text[this.at + ticks] === '`') ticks += 1
    const fence = '`'.repeat(ticks)
    const end = this.find(fence, this.at + ticks)
    if (end === -1) {
      this.plain += fence
      this.at += ticks
      return true
    }
    const inner = this.text.slice(this.at + ticks, end).replaceAll('\n', ' ')
    const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== ''
    return this.push({ kind: 'code', text: isPadded ? inner.slice(1, -1) : inner }, end + ticks)
  }

  /** `[words](address)`, and `![words](address)`: images are linked, not fetched. */
  private link(): boolean {
    const isImage = this.text.startsWith('![', this.at)
    if (!isImage && this.text[this.at] !== '[') return false
    const start = this.at + (isImage ? 2 : 1)
    const middle = this.find('](', start)
    const end = middle === -1 ? -1 : closingParenthesis(this.text, middle + 2)
    if (end === -1) return false
    const words = this.text.slice(start, middle)
    if (!isImage && words.includes('[')) return false
    const address = this.text.slice(middle + 2, end).replace(/\s+"[^"]*"$/, '')
    const href = safeAddress(address.replace(/^<|>$/g, ''))
    const inner = readInlines(words || address, this.depth + 1)
    if (href) return this.push({ kind: 'link', href, inner }, end + 1)
    this.flush()
    this.found.push(...inner)
    this.at = end + 1
    return true
  }

  private marked(): boolean {
    for (const { mark, kind } of MARKS) {
      if (!this.text.startsWith(mark, this.at)) continue
      const end = this.closing(mark)
      if (end === -1) continue
      const inner = readInlines(this.text.slice(this.at + mark.length, end), this.depth + 1)
      return this.push({ kind, inner }, end + mark.length)
    }
    return false
  }

  private closing(mark: string): number {
    const start = this.at + mark.length
    if (!/\S/.test(this.text[start] ?? ' ')) return -1
    if (mark.startsWith('_') && WORD.test(this.text[this.at - 1] ?? ' ')) return -1
    let end = this.find(mark, start + 1)
    while (end !== -1) {
      const isAlone = mark.length === 2 || (this.text[end + 1] !== mark && this.text[end - 1] !== mark)
      const isAtWord = !mark.startsWith('_') || !WORD.test(this.text[end + mark.length] ?? ' ')
      if (isAlone && isAtWord && /\S/.test(this.text[end - 1] ?? ' ')) return end
      end = this.find(mark, end + mark.length)
    }
    this.unclosed.add(mark)
    return -1
  }

  private bare(): boolean {
    if (this.text[this.at] !== 'h' || WORD.test(this.text[this.at - 1] ?? ' ')) return false
    BARE_ADDRESS.lastIndex = this.at
    const href = BARE_ADDRESS.exec(this.text)?.[0].replace(/[.,;:!?)\]]+$/, '')
    if (!href || !safeAddress(href)) return false
    return this.push({ kind: 'link', href, inner: [{ kind: 'text', text: href }] }, this.at + href.length)
  }

  /** `indexOf` that does not look again for what it did not find. */
  private find(mark: string, from: number): number {
    if (this.unclosed.has(mark)) return -1
    const found = this.text.indexOf(mark, from)
    if (found === -1) this.unclosed.add(mark)
    return found
  }
}

function closingParenthesis(text: string, from: number): number {
  let open = 1
  for (let at = from; at < Math.min(text.length, from + 2000); at += 1) {
    if (text[at] === '(') open += 1
    else if (text[at] === ')') open -= 1
    else if (text[at] === '\n') return -1
    if (open === 0) return at
  }
  return -1
}

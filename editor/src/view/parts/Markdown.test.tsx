import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'

import { Markdown, MOST_MARKDOWN } from './Markdown'

/** Generous, for machines that do other things meanwhile. */
const LONGEST_MS = 15_000

const html = (text: string): string =>
  renderToStaticMarkup(<Markdown text={text} />).replace(/^<div class="wf-markdown">|<\/div>$/g, '')

describe('what markdown means', () => {
  test('headings lie below those of the page', () => {
    expect(html('# One\n###### Six #')).toBe(
      '<div role="heading" aria-level="3" class="wf-markdown-heading" data-level="1">One</div>' +
        '<div role="heading" aria-level="6" class="wf-markdown-heading" data-level="6">Six</div>',
    )
  })

  test('paragraphs keep their line breaks and are parted by empty lines', () => {
    expect(html('a\nb\r\n\r\nc')).toBe('<p>a<br/>b</p><p>c</p>')
  })

  test('emphasis, struck text and code', () => {
    expect(html('**a** __b__ *c* _d_ ~~e~~ `f *g*`')).toBe(
      '<p><strong>a</strong> <strong>b</strong> <em>c</em> <em>d</em> <del>e</del> <code>f *g*</code></p>',
    )
    expect(html('**a *b* c**')).toBe('<p><strong>a <em>b</em> c</strong></p>')
  })

  test('marks that open nothing are text', () => {
    expect(html('2 * 3 * 4, snake_case_name, **open, `tick')).toBe('<p>2 * 3 * 4, snake_case_name, **open, `tick</p>')
    expect(html('\\*a\\* \\<b')).toBe('<p>*a* &lt;b</p>')
  })

  test('lists nest, count from where they start, and have boxes to tick', () => {
    expect(html('- a\n  - b\n- c')).toBe('<ul><li><p>a</p><ul><li>b</li></ul></li><li>c</li></ul>')
    expect(html('3. a\n4. b')).toBe('<ol start="3"><li>a</li><li>b</li></ol>')
    expect(html('- [x] a')).toContain('type="checkbox" disabled="" aria-label="Done" checked=""')
  })

  test('items may be parted by empty lines, and a list ends with the next block', () => {
    expect(html('- a\n\n- b\n\n# c')).toMatch(/^<ul><li>a<\/li><li>b<\/li><\/ul><div role="heading"/)
  })

  test('quotes hold blocks', () => {
    expect(html('> a\n> - b')).toBe('<blockquote><p>a</p><ul><li>b</li></ul></blockquote>')
  })

  test('code is left as it is, and a fence that stays open takes the rest', () => {
    expect(html('```js\n**a** <b>\n\n# c\n```\nd')).toBe(
      '<pre tabindex="0"><code data-language="js">**a** &lt;b&gt;\n\n# c</code></pre><p>d</p>',
    )
    expect(html('~~~\nopen')).toBe('<pre tabindex="0"><code>open</code></pre>')
  })

  test('tables align their columns and fill up short rows', () => {
    const table = html('| a | b |\n|:-:|--:|\n| 1 \\| 2 | `c` |\n| 3 |')
    expect(table).toContain('<th scope="col" style="text-align:center">a</th><th scope="col" style="text-align:right">b</th>')
    expect(table).toContain('<td style="text-align:center">1 | 2</td><td style="text-align:right"><code>c</code></td>')
    expect(table).toContain('<td style="text-align:center">3</td><td style="text-align:right"></td>')
  })

  test('rules part', () => {
    expect(html('a\n\n---\n\n* * *')).toBe('<p>a</p><hr/><hr/>')
  })

  test('links open elsewhere', () => {
    const opened = 'target="_blank" rel="noopener noreferrer nofollow"'
    expect(html('[a](https://b.example/c_(d) "e")')).toBe(`<p><a href="https://b.example/c_(d)" ${opened}>a</a></p>`)
    expect(html('See https://b.example/c_d, or <x>.')).toBe(
      `<p>See <a href="https://b.example/c_d" ${opened}>https://b.example/c_d</a>, or &lt;x&gt;.</p>`,
    )
    expect(html('[m](mailto:a@b.example)')).toContain('href="mailto:a@b.example"')
  })
})

describe('hostile text', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt:alert(1))',
    '[a]( javascript:alert(1))',
    '[a](\u0001javascript:alert(1))',
    '[a](data:text/html;base64,PHNjcmlwdD4=)',
    '[a](vbscript:x)',
    '[a](//other.example)',
    '[a](<javascript:alert(1)>)',
    '![a](javascript:alert(1))',
    '![a](https://other.example/pixel.png)',
    '[a](https://b.example" onclick="alert(1))',
    '`<script>`',
    '```"><script>\n<script>\n```',
    '| <script> |\n|---|\n| <img onerror=x> |',
    '&lt;script&gt;',
  ])('%j makes neither script, handler nor request', (text) => {
    const made = html(text)
    expect(made).not.toMatch(/<(script|img|iframe|object|embed|style|form|base|meta|link)/i)
    expect(made).not.toMatch(/<[^>]*\son\w+=/i)
    for (const [, href] of made.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(https?:\/\/|mailto:)/)
  })

  test.each([
    ['brackets', '['.repeat(40_000)],
    ['half links', '[a]('.repeat(10_000)],
    ['stars', '*'.repeat(40_000)],
    ['pairs of stars', '**a'.repeat(13_000)],
    ['single stars', '*a '.repeat(13_000)],
    ['underscores', '_a'.repeat(20_000)],
    ['ticks of growing length', Array.from({ length: 400 }, (_, n) => '`'.repeat(n + 1)).join(' ')],
    ['quotes', '>'.repeat(40_000)],
    ['nested lists', Array.from({ length: 400 }, (_, n) => `${' '.repeat(2 * n)}- a`).join('\n')],
    ['bullets on one line', '- '.repeat(20_000)],
    ['pipes', '|'.repeat(40_000)],
    ['pipes on many lines', '|-\n'.repeat(13_000)],
    ['dashes', '- - - '.repeat(6_000) + 'x'],
    ['spaces', `#${' '.repeat(39_000)}x`],
    ['spaces before marks', `# a${' #'.repeat(19_000)} x`],
    ['addresses', 'https://a '.repeat(10_000)],
    ['empty lines in a list', '- a' + '\n\n'.repeat(12_000) + 'b'],
    ['empty lines in lists', '- a\n\n'.repeat(8_000)],
    ['parentheses', `[a](${'('.repeat(39_000)}`],
    ['backslashes', '\\'.repeat(40_000)],
  ])(
    'of %s takes time in proportion to its length',
    (_, text) => {
      const before = performance.now()
      html(text)
      // What grows with the square of such lengths takes minutes.
      expect(performance.now() - before).toBeLessThan(LONGEST_MS)
    },
    2 * LONGEST_MS,
  )

  test('that is longer than what is drawn is cut, and that is said', () => {
    const made = html('a'.repeat(MOST_MARKDOWN + 5))
    expect(made).toContain('5 more characters are not shown here')
    expect(made.length).toBeLessThan(MOST_MARKDOWN + 300)
  })
})

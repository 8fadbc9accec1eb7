/** Markdown as elements: no HTML passes, no address but http, https and mailto. */

import { memo, useMemo, type ReactNode } from 'react'

import { readBlocks, type Block, type ListItem } from './markdownBlocks'
import { readInlines, type Inline } from './markdownInlines'

/** Characters that are drawn; the rest is only counted. */
export const MOST_MARKDOWN = 100_000

export const Markdown = memo(function Markdown({ text }: { text: string }): ReactNode {
  const blocks = useMemo(() => readBlocks(text.slice(0, MOST_MARKDOWN)), [text])
  const left = text.length - MOST_MARKDOWN
  return (
    <div className="wf-markdown">
      <Blocks blocks={blocks} />
      {left > 0 && <p className="wf-note">{left.toLocaleString()} more characters are not shown here. Copy gives them all.</p>}
    </div>
  )
})

function Blocks({ blocks }: { blocks: Block[] }): ReactNode {
  return blocks.map((block, index) => <BlockView key={index} block={block} />)
}

function BlockView({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case 'heading':
      return <Heading level={block.level}>{inlines(block.text)}</Heading>
    case 'paragraph':
      return <p>{inlines(block.text)}</p>
    case 'code':
      return (
        <pre tabIndex={0}>
          <code data-language={block.language || undefined}>{block.text}</code>
        </pre>
      )
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.blocks} />
        </blockquote>
      )
    case 'list':
      return <List block={block} />
    case 'table':
      return <Table block={block} />
    case 'rule':
      return <hr />
  }
}

/** Two levels down: the page and its panels have the first two. */
function Heading({ level, children }: { level: number; children: ReactNode }): ReactNode {
  const depth = Math.min(level + 2, 6)
  return (
    <div role="heading" aria-level={depth} className="wf-markdown-heading" data-level={level}>
      {children}
    </div>
  )
}

function List({ block }: { block: Extract<Block, { kind: 'list' }> }): ReactNode {
  const items = block.items.map((item, index) => <Item key={index} item={item} />)
  return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>
}

function Item({ item }: { item: ListItem }): ReactNode {
  const [only] = item.blocks
  const isTight = item.blocks.length === 1 && only?.kind === 'paragraph'
  return (
    <li className={item.ticked === null ? undefined : 'wf-markdown-task'}>
      {item.ticked !== null && <input type="checkbox" checked={item.ticked} disabled aria-label={item.ticked ? 'Done' : 'To do'} />}
      {isTight ? inlines(only.text) : <Blocks blocks={item.blocks} />}
    </li>
  )
}

function Table({ block }: { block: Extract<Block, { kind: 'table' }> }): ReactNode {
  const cell = (text: string, column: number): { key: number; style: { textAlign: 'left' | 'center' | 'right' }; children: ReactNode } => ({
    key: column,
    style: { textAlign: block.align[column] ?? 'left' },
    children: inlines(text),
  })
  return (
    <div className="wf-markdown-table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {block.head.map((text, column) => {
              const { key, ...rest } = cell(text, column)
              return <th key={key} scope="col" {...rest} />
            })}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, index) => (
            <tr key={index}>
              {row.map((text, column) => {
                const { key, ...rest } = cell(text, column)
                return <td key={key} {...rest} />
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function inlines(text: string): ReactNode {
  return inlineNodes(readInlines(text))
}

function inlineNodes(found: Inline[]): ReactNode[] {
  return found.map((inline, index) => {
    switch (inline.kind) {
      case 'text':
        return inline.text
      case 'break':
        return <br key={index} />
      case 'code':
        return <code key={index}>{inline.text}</code>
      case 'strong':
        return <strong key={index}>{inlineNodes(inline.inner)}</strong>
      case 'emphasis':
        return <em key={index}>{inlineNodes(inline.inner)}</em>
      case 'strike':
        return <del key={index}>{inlineNodes(inline.inner)}</del>
      case 'link':
        return (
          <a key={index} href={inline.href} target="_blank" rel="noopener noreferrer nofollow">
            {inlineNodes(inline.inner)}
          </a>
        )
    }
  })
}

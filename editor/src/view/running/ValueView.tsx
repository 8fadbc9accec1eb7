/** A value, as what it is best shown: text, markdown, image, list or tree. */

import { useState, type ReactNode } from 'react'

import type { Json } from '../../model/types'
import { Button } from '../parts/Button'
import { Icon } from '../parts/Icon'
import { JsonTree } from '../parts/JsonTree'
import { Markdown } from '../parts/Markdown'
import { safeAddress } from '../parts/markdownInlines'
import { shortened, type Shortened } from './shortened'
import { kindOf, looksLikeMarkdown } from './valueKinds'

const LIST_PAGE = 50
const LONGEST_TEXT = 50_000

interface ValueProps {
  /** What it is called. */
  name: string
  value: Json | undefined
}

export function ValueView({ name, value }: ValueProps): ReactNode {
  const cut = shortened(value)
  if (cut) return <Cut cut={cut} />
  switch (kindOf(value)) {
    case 'nothing':
      return <p className="wf-note">{value === '' ? 'An empty text' : 'Nothing'}</p>
    case 'plain':
      return <code className="wf-plain">{String(value)}</code>
    case 'text':
      return <LongText text={value as string} />
    case 'image':
      return <Picture source={value as string} name={name} />
    case 'link':
      return <ImageLink address={value as string} />
    case 'list':
      return <TextList name={name} items={value as string[]} />
    case 'tree':
      return <JsonTree value={value as Json} label={name} />
  }
}

function Cut({ cut }: { cut: Shortened }): ReactNode {
  return (
    <div className="wf-cut">
      <p className="wf-text">{cut.preview}…</p>
      <p className="wf-note">
        <Icon name="info" size={13} /> Too long to be shown here: this is the beginning of {cut.size.toLocaleString()} characters.
      </p>
    </div>
  )
}

function LongText({ text }: { text: string }): ReactNode {
  const left = text.length - LONGEST_TEXT
  return (
    <>
      <p className="wf-text">{text.slice(0, LONGEST_TEXT)}</p>
      {left > 0 && <p className="wf-note">{left.toLocaleString()} more characters are not shown here. Copy gives them all.</p>}
    </>
  )
}

function Picture({ source, name }: { source: string; name: string }): ReactNode {
  const [isBroken, setBroken] = useState(false)
  if (isBroken) return <p className="wf-note">This image cannot be read.</p>
  const kind = /^data:image\/(\w+)/.exec(source)?.[1] ?? 'png'
  return (
    <figure className="wf-picture">
      <img src={source} alt={name} onError={() => setBroken(true)} />
      <figcaption>
        <a href={source} download={`${name}.${kind === 'jpeg' ? 'jpg' : kind}`}>
          <Icon name="download" size={13} /> Download
        </a>
      </figcaption>
    </figure>
  )
}

/** Another host is asked only by whoever follows the link. */
function ImageLink({ address }: { address: string }): ReactNode {
  const href = safeAddress(address)
  if (!href) return <LongText text={address} />
  return (
    <a className="wf-image-link" href={href} target="_blank" rel="noopener noreferrer nofollow">
      <Icon name="image" size={14} /> {address}
    </a>
  )
}

function TextList({ name, items }: { name: string; items: string[] }): ReactNode {
  const [shown, setShown] = useState(LIST_PAGE)
  const left = items.length - shown
  return (
    <>
      <ol className="wf-value-list">
        {items.slice(0, shown).map((item, index) => (
          <li key={index}>
            {looksLikeMarkdown(item) ? <Markdown text={item} /> : <ValueView name={`${name} ${index + 1}`} value={item} />}
          </li>
        ))}
      </ol>
      {left > 0 && (
        <Button look="ghost" size="small" onClick={() => setShown(shown + LIST_PAGE)}>
          Show {Math.min(left, LIST_PAGE)} more of {left.toLocaleString()}
        </Button>
      )}
    </>
  )
}

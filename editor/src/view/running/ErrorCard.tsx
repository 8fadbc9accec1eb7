/** An error: what went wrong, what can be done about it, and where. */

import type { ReactNode } from 'react'

import type { RunError } from '../../store/types'
import { Button } from '../parts/Button'
import { Icon } from '../parts/Icon'
import { safeAddress } from '../parts/markdownInlines'
import { useJump } from '../jump'
import { CopyButton } from './CopyButton'
import { tickingText } from './runTimes'

interface ErrorCardProps {
  error: RunError
  /** Where it happened; without it there is nowhere to go. */
  node?: { id: string; name: string }
}

export function ErrorCard({ error, node }: ErrorCardProps): ReactNode {
  const jump = useJump()
  const docs = error.docsUrl ? safeAddress(error.docsUrl) : null
  return (
    <section className="wf-error-card" aria-label={node ? `Error of ${node.name}` : 'Error'}>
      <header>
        <Icon name="alert" size={15} />
        {node && <strong>{node.name}</strong>}
        {error.code && <code>{error.code}</code>}
      </header>
      <p className="wf-error-message">{error.message}</p>
      {error.hint && <p className="wf-error-hint">{error.hint}</p>}
      {error.retryAfterMs !== undefined && <p className="wf-error-hint">Wait {tickingText(error.retryAfterMs)} before you try again.</p>}
      <footer>
        {node && (
          <Button size="small" icon="arrow-right" onClick={() => jump([node.id], 'config')}>
            Go to node
          </Button>
        )}
        {docs && (
          <a href={docs} target="_blank" rel="noopener noreferrer">
            Read more
          </a>
        )}
        <CopyButton text={() => [error.code, error.message, error.hint].filter(Boolean).join('\n')} what="the error" />
      </footer>
    </section>
  )
}

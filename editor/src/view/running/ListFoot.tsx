/** The end of a list: more of it, that it loads, or why it did not. */

import type { ReactNode } from 'react'

import { Button } from '../parts/Button'
import { Icon } from '../parts/Icon'
import { ErrorCard } from './ErrorCard'
import type { Pages } from './usePages'

export function ListFoot<T>({ pages }: { pages: Pages<T> }): ReactNode {
  if (pages.error) {
    return (
      <>
        <ErrorCard error={pages.error} />
        <Button icon="refresh" onClick={pages.reload}>
          Try again
        </Button>
      </>
    )
  }
  if (pages.hasMore) {
    return (
      <Button look="ghost" className="wf-list-more" disabled={pages.isLoading} onClick={pages.more}>
        {pages.isLoading ? 'Loading…' : 'Show more'}
      </Button>
    )
  }
  if (pages.items !== null) return null
  return (
    <p className="wf-note wf-loading" role="status">
      <Icon name="spinner" size={14} className="wf-spin" /> Loading…
    </p>
  )
}

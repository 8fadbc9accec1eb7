/** A list that the server gives page by page. */

import { useCallback, useEffect, useRef, useState } from 'react'

import { errorOf } from '../../store/execution'
import type { RunError } from '../../store/types'
import type { Page } from '../../wire/types'

export interface Pages<T> {
  /** Null until the first page is there. */
  items: T[] | null
  hasMore: boolean
  /** Whether only the first page is there. */
  isFirst: boolean
  isLoading: boolean
  error: RunError | null
  /** Loads the first page anew and drops the others. */
  reload(): void
  more(): void
}

/** Of answers that come in another order than they were asked for, the newest question wins. */
export function usePages<T>(load: (next?: string) => Promise<Page<T>>): Pages<T> {
  const [items, setItems] = useState<T[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const [isFirst, setFirst] = useState(true)
  const [isLoading, setLoading] = useState(false)
  const [error, setError] = useState<RunError | null>(null)
  const asked = useRef(0)

  const fetch = useCallback(
    async (from?: string) => {
      const mine = ++asked.current
      setLoading(true)
      try {
        const page = await load(from)
        if (mine !== asked.current) return
        setItems((before) => (from === undefined ? page.results : [...(before ?? []), ...page.results]))
        setNext(page.next)
        setFirst(from === undefined)
        setError(null)
      } catch (caught) {
        if (mine === asked.current) setError(errorOf(caught))
      } finally {
        if (mine === asked.current) setLoading(false)
      }
    },
    [load],
  )
  const reload = useCallback(() => void fetch(), [fetch])
  useEffect(() => {
    reload()
    return () => {
      asked.current += 1
    }
  }, [reload])
  return {
    items,
    hasMore: next !== null,
    isFirst,
    isLoading,
    error,
    reload,
    more: () => {
      if (next !== null && !isLoading) void fetch(next)
    },
  }
}

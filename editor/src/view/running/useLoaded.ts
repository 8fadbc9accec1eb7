/** One answer of the server. */

import { useEffect, useState } from 'react'

import { errorOf } from '../../store/execution'
import type { RunError } from '../../store/types'

export type Loaded<T> = { state: 'loading' } | { state: 'there'; value: T } | { state: 'failed'; error: RunError }

/** Asks again when `load` is another function; an answer that comes too late is dropped. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' })
  useEffect(() => {
    let isWanted = true
    setLoaded({ state: 'loading' })
    load().then(
      (value) => isWanted && setLoaded({ state: 'there', value }),
      (caught: unknown) => isWanted && setLoaded({ state: 'failed', error: errorOf(caught) }),
    )
    return () => {
      isWanted = false
    }
  }, [load])
  return loaded
}

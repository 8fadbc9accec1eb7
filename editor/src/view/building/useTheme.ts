/** Light or dark: as it was chosen, else as the page says, else as the system has it. */

import { useSyncExternalStore } from 'react'

import { useDeskState } from '../context'

const QUERY = '(prefers-color-scheme: dark)'

export function useTheme(): 'light' | 'dark' {
  const chosen = useDeskState((s) => s.theme)
  const dark = useSyncExternalStore(subscribe, () => matchMedia(QUERY).matches)
  const page = document.documentElement.dataset.theme
  if (chosen) return chosen
  if (page === 'light' || page === 'dark') return page
  return dark ? 'dark' : 'light'
}

function subscribe(onChange: () => void): () => void {
  const query = matchMedia(QUERY)
  query.addEventListener('change', onChange)
  return () => query.removeEventListener('change', onChange)
}

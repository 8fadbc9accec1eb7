/** A value with its name, and what can be done with it: copied, read as source, shown whole. */

import { memo, useMemo, useState, type ReactNode } from 'react'

import type { Json } from '../../model/types'
import { errorOf } from '../../store/execution'
import type { RunError } from '../../store/types'
import { Button } from '../parts/Button'
import { Markdown } from '../parts/Markdown'
import { copyText } from './copying'
import { CopyButton } from './CopyButton'
import { ErrorCard } from './ErrorCard'
import { hasShortened } from './shortened'
import type { LoadWhole } from './useWhole'
import { kindOf, looksLikeMarkdown } from './valueKinds'
import { ValueView } from './ValueView'

interface NamedValueProps {
  name: string
  value: Json | undefined
  /** "markdown", where the graph says so. */
  format?: string
  /** Loads all of it, where it came cut. */
  whole?: LoadWhole
}

export const NamedValue = memo(function NamedValue({ name, value: told, format, whole }: NamedValueProps): ReactNode {
  const isCut = useMemo(() => hasShortened(told), [told])
  const { loaded, state, load } = useLoad(told, whole)
  const value = loaded === undefined ? told : loaded
  const isText = kindOf(value) === 'text' && typeof value === 'string'
  const [isSource, setSource] = useState(false)
  const isMarkdown = isText && (format === 'markdown' || looksLikeMarkdown(value))
  return (
    <section className="wf-value" aria-label={name}>
      <header className="wf-value-head">
        <h4>{name}</h4>
        <span className="wf-grow" />
        {isMarkdown && (
          <Button look="ghost" size="small" icon="code" aria-pressed={isSource} onClick={() => setSource(!isSource)}>
            Source
          </Button>
        )}
        {value !== undefined && <CopyButton text={() => copyText(value)} what={name} />}
      </header>
      <div className="wf-value-body">
        {isMarkdown && !isSource ? <Markdown text={value} /> : <ValueView name={name} value={value} />}
      </div>
      {isCut && whole && loaded === undefined && (
        <Button size="small" icon={state === 'loading' ? 'spinner' : 'eye'} disabled={state === 'loading'} onClick={load} className="wf-show-all">
          {state === 'loading' ? 'Loading…' : 'Show all'}
        </Button>
      )}
      {typeof state === 'object' && <ErrorCard error={state} />}
    </section>
  )
})

type LoadState = 'idle' | 'loading' | RunError

interface Load {
  /** The value that was told when this was asked for: of another nothing is known. */
  of: Json | undefined
  state: LoadState
  loaded?: Json
}

function useLoad(told: Json | undefined, whole: LoadWhole | undefined): { loaded: Json | undefined; state: LoadState; load(): void } {
  const [newest, setNewest] = useState<Load | null>(null)
  const current = newest?.of === told ? newest : null
  const load = async (): Promise<void> => {
    if (!whole) return
    const mine: Load = { of: told, state: 'loading' }
    const settle = (outcome: Partial<Load>): void => setNewest((now) => (now === mine ? { ...mine, ...outcome } : now))
    setNewest(mine)
    try {
      settle({ state: 'idle', loaded: await whole() })
    } catch (caught) {
      settle({ state: errorOf(caught) })
    }
  }
  return { loaded: current?.loaded, state: current?.state ?? 'idle', load: () => void load() }
}

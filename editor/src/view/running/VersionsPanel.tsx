/** The versions of the workflow: who made them and when; name, compare, restore, publish. */

import { useCallback, useEffect, useState, type ReactNode } from 'react'

import { ownOf } from '../../store/canvas'
import { errorOf } from '../../store/execution'
import type { RunError } from '../../store/types'
import type { Version, WorkflowServer } from '../../wire/types'
import { useEditor, useEditorState, useServer } from '../context'
import { IconButton } from '../parts/Button'
import { Icon } from '../parts/Icon'
import { ErrorCard } from './ErrorCard'
import { ListFoot } from './ListFoot'
import { NoServer } from './NoServer'
import { PublishDialog } from './PublishDialog'
import { usePages } from './usePages'
import { VersionDialog } from './VersionDialog'
import { VersionRow } from './VersionRow'

export function VersionsPanel(): ReactNode {
  const server = useServer()
  return server ? <Versions server={server} /> : <NoServer icon="tag" what="Versions" />
}

/** The window that is open above the list. */
type Open = { window: 'compare' | 'publish'; version: Version } | null

function Versions({ server }: { server: WorkflowServer }): ReactNode {
  const pages = usePages(useCallback((next?: string) => server.versions(next), [server]))
  const { number: published, reload: reloadPublished } = usePublished(server)
  const [open, setOpen] = useState<Open>(null)
  const [error, setError] = useState<RunError | null>(null)
  const isReadOnly = useEditorState((state) => ownOf(state).readOnly)
  const { reload } = pages
  useReloadWhenSaved(reload)
  const newest = pages.items?.[0]?.number

  const rename = async (version: Version, label: string): Promise<void> => {
    try {
      await server.nameVersion(version.number, label)
      setError(null)
    } catch (caught) {
      setError(errorOf(caught))
    }
    reload()
  }
  return (
    <section className="wf-versions" aria-label="Versions">
      <header className="wf-section-head">
        <h3>Versions</h3>
        <span className="wf-grow" />
        <IconButton icon="refresh" size="small" label="Load anew" onClick={reload} />
      </header>
      <p className="wf-note">
        {published === null ? 'Nothing is published: runs from outside take the newest version.' : `Runs from outside take version ${published}.`}
      </p>
      {error && <ErrorCard error={error} />}
      {pages.items?.length === 0 && (
        <div className="wf-nothing">
          <Icon name="tag" size={22} />
          <p>The first change that is saved makes the first version.</p>
        </div>
      )}
      <ul className="wf-list">
        {pages.items?.map((version) => (
          <li key={version.number}>
            <VersionRow
              version={version}
              isNewest={version.number === newest}
              isPublished={version.number === published}
              isReadOnly={isReadOnly}
              onRename={(label) => void rename(version, label)}
              onCompare={() => setOpen({ window: 'compare', version })}
              onPublish={() => setOpen({ window: 'publish', version })}
            />
          </li>
        ))}
      </ul>
      <ListFoot pages={pages} />
      {open?.window === 'compare' && (
        <VersionDialog server={server} version={open.version} canRestore={!isReadOnly} onClose={() => setOpen(null)} onRestored={reload} />
      )}
      {open?.window === 'publish' && (
        <PublishDialog server={server} version={open.version} onClose={() => setOpen(null)} onPublished={reloadPublished} />
      )}
    </section>
  )
}

function usePublished(server: WorkflowServer): { number: number | null; reload(): void } {
  const [number, setNumber] = useState<number | null>(null)
  // The list beside it says why the server does not answer.
  const reload = useCallback(() => void server.published().then(setNumber, () => undefined), [server])
  useEffect(reload, [reload])
  return { number, reload }
}

function useReloadWhenSaved(reload: () => void): void {
  const editor = useEditor()
  useEffect(
    () =>
      editor.subscribe(({ saving }, before) => {
        if (saving.state === 'saved' && before.saving.state !== 'saved') reload()
      }),
    [editor, reload],
  )
}

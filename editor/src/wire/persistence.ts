/** Where a workflow is kept: on the server, and never over what somebody else saved. */

import { nameIn, UNTITLED } from '../model/names'
import { readSnapshot } from '../model/read'
import type { Snapshot } from '../model/types'
import { ConflictError, problemOf, ServerError } from './errors'
import { answerTo, type Init } from './request'

export interface SaveOptions {
  /** The page is being left: the request outlives it. */
  keepalive?: boolean | undefined
  /** Replaces what the last conflict has shown, but nothing that was saved since. */
  overwrite?: boolean | undefined
}

export interface ServerPersistence {
  readonly url: string
  readonly init: Init<'load' | 'save'> | undefined
  /** What is stored; null when there is nothing yet. From now on saves are changes of it. */
  load(): Promise<Snapshot | null>
  /** Rejects with a ConflictError when somebody else saved since the last load or save. */
  save(snapshot: Snapshot, options?: SaveOptions): Promise<void>
}

/** Browsers refuse more than 64 KiB of bodies that outlive their page. */
const MOST_KEPT_ALIVE = 60_000

/** Keeps one workflow at `url`, such as `/api/workflow/<id>`. */
export function createServerPersistence(url: string, init?: Init<'load' | 'save'>): ServerPersistence {
  /** The tag of what we know to be stored; `none` when nothing is. */
  let known: string | 'none' | undefined
  /** The tag of what the last conflict has shown. */
  let shown: string | undefined
  /** The graph of a save of which nobody knows whether it arrived. */
  let unsure: string | undefined
  let line: Promise<unknown> = Promise.resolve()

  /** One at a time, for a save must know the tag that the one before got. */
  const inLine = <T>(task: () => Promise<T>): Promise<T> => {
    const done = line.then(task)
    line = done.catch(() => undefined)
    return done
  }

  const read = async (): Promise<{ tag: string | 'none'; snapshot: Snapshot | null }> => {
    const response = await answerTo(url, { kind: 'load', init })
    if (response.status === 404) return { tag: 'none', snapshot: null }
    if (!response.ok) throw new ServerError((await problemOf(response)).details)
    return { tag: tagOf(response), snapshot: named(readSnapshot(await response.json())) }
  }

  const load = async (): Promise<Snapshot | null> => {
    const { tag, snapshot } = await read()
    known = tag
    shown = unsure = undefined
    return snapshot
  }

  const save = async (snapshot: Snapshot, { keepalive, overwrite }: SaveOptions): Promise<void> => {
    if (known === undefined || known === 'none') await claim(overwrite)
    const graph = JSON.stringify(named(snapshot).graph)
    for (;;) {
      const answer = await put(JSON.stringify(snapshot), graph, keepalive, overwrite ? (shown ?? known) : known)
      if (answer.ok) {
        known = tagOf(answer)
        shown = unsure = undefined
        return
      }
      const { details, body } = await problemOf(answer)
      if (answer.status !== 412) throw new ServerError(details)
      const theirs = currentOf(body)
      const isOurs = unsure !== undefined && theirs !== undefined && JSON.stringify(theirs.graph) === unsure
      unsure = undefined
      if (!isOurs) {
        shown = answer.headers.get('ETag') ?? undefined
        throw new ConflictError(details, theirs)
      }
      // What stands in the way is our own, which arrived without our hearing of it.
      known = tagOf(answer)
    }
  }

  /** Before the first save: nothing may be there that nobody has seen. */
  const claim = async (overwrite: boolean | undefined): Promise<void> => {
    const { tag, snapshot } = await read()
    if (snapshot && !overwrite) {
      shown = tag
      const message = 'The workflow was stored by somebody else.'
      throw new ConflictError({ status: 412, code: 'WF_WORKFLOW_CHANGED', message }, snapshot)
    }
    known = tag
  }

  const put = async (
    body: string,
    graph: string,
    keepalive: boolean | undefined,
    tag: string | undefined,
  ): Promise<Response> => {
    const headers: Record<string, string> = tag && tag !== 'none' ? { 'If-Match': tag } : {}
    const lasting = keepalive === true && new Blob([body]).size <= MOST_KEPT_ALIVE
    try {
      const answer = await answerTo(url, { kind: 'save', init, method: 'PUT', body, headers, keepalive: lasting })
      // What a proxy answers in the server's place says nothing of the server.
      if (answer.status >= 500) unsure = graph
      return answer
    } catch (error) {
      unsure = graph
      throw error
    }
  }

  return {
    url,
    init,
    load: () => inLine(load),
    save: (snapshot, options = {}) => inLine(() => save(snapshot, options)),
  }
}

/** Without a tag the server cannot tell saves apart, and any will do. */
function tagOf(response: Response): string {
  return response.headers.get('ETag') ?? '*'
}

function currentOf(body: unknown): Snapshot | undefined {
  const current = (body as { current?: unknown } | null)?.current
  return current ? named(readSnapshot(current)) : undefined
}

/** The server says no more of what it calls by default; said here, a new name can be undone. */
function named(snapshot: Snapshot): Snapshot {
  const { graph } = snapshot
  const name = nameIn(graph) ? graph.metadata?.name : UNTITLED
  return { ...snapshot, graph: { ...graph, metadata: { description: '', ...graph.metadata, name } } }
}

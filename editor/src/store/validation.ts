/** Asks the server, once edits pause, what is wrong with the graph. */

import type { Graph, Issue } from '../model/types'

export interface Validator {
  soon(): void
  close(): void
}

export interface ValidatorOptions {
  validate: (graph: Graph) => Promise<Issue[]>
  graph: () => Graph
  onIssues: (issues: Issue[]) => void
  waitMs?: number
}

const WAIT_MS = 400

/** The newest question wins; a question that fails leaves the last answer standing. */
export function createValidator(options: ValidatorOptions): Validator {
  let timer: ReturnType<typeof setTimeout> | undefined
  let newest = 0

  const ask = async (): Promise<void> => {
    const asked = ++newest
    const issues = await options.validate(options.graph()).catch(() => null)
    if (issues && asked === newest) options.onIssues(issues)
  }
  return {
    soon: () => {
      clearTimeout(timer)
      timer = setTimeout(() => void ask(), options.waitMs ?? WAIT_MS)
    },
    close: () => {
      clearTimeout(timer)
      newest = Number.POSITIVE_INFINITY
    },
  }
}

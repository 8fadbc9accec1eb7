/** What a run needs of the editor that it is painted in. */

import type { Graph, Json } from '../model/types'
import type { RunEvent } from './types'

/** A question at which a run waits for a person. */
export interface Suspension {
  runId: string
  nodeId: string
  instructions: string
  data?: Json
}

/** Without `data` the run goes on with what was reviewed. */
export interface Decision {
  branch: 'approved' | 'rejected'
  data?: Json
}

export interface EditorSurface {
  getGraph(): Graph
  /** Forgets what is painted of a run, before another one. */
  clearExecutionState(): void
  /**
   * Paints one event. They come in the order of the journal, but after a lost connection
   * from the start again: painting one twice changes nothing. A `node_chunk` always has
   * the node's whole text so far as `content`.
   */
  receive(event: RunEvent): void
  /**
   * Asks the person. Null when they would rather drop the run; so it is too when `signal`
   * aborts, after which nobody asks any more.
   */
  requestApproval(suspension: Suspension, signal: AbortSignal): Promise<Decision | null>
  /** Does `work` as the one run of the editor, whose Cancel button aborts `signal`; rejects as it does. */
  runSession?(work: (session: { signal: AbortSignal }) => unknown): Promise<void>
}

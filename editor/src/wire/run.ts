/** Starting runs, and taking up those that wait. */

import type { Json } from '../model/types'
import { attachAddress, type Course, follow, openAttach, openResume, type RunOutcome } from './drive'
import { ServerError } from './errors'
import { send, withQuery } from './request'
import type { Decision, Suspension } from './surface'
import type { RunEvent } from './types'

export interface RunOptions extends Course {
  url: string
  inputs?: Record<string, Json> | undefined
}

export interface ResumeOptions extends Course {
  resumeUrl: string
  runId: string
  /** The review that is meant; without it, whichever waits. */
  nodeId?: string
  decision: Decision
}

/** A run that waits, as the server lists it. */
export interface PendingRun extends Suspension {
  snapshot?: { nodes: { nodeId: string; outputData?: Json }[] }
}

export interface ResumePendingOptions extends Course {
  resumeUrl: string
  pending: PendingRun
}

export interface AttachPendingOptions extends Course {
  pendingUrl: string
  resumeUrl: string
}

/**
 * Runs the editor's graph on the server and paints it, to its outcome. With `cancelUrl` the
 * run survives a broken connection or a reload of the page, for then it is cancelled by
 * that alone; without it, by whatever closes the stream. How it rejects tells `follow`.
 */
export function run(options: RunOptions): Promise<RunOutcome> {
  const { url, editor, inputs = {}, cancelUrl, init } = options
  const address = withQuery(url, { chunks: 'delta', ...(cancelUrl && { detach: '1' }) })
  const body = JSON.stringify({ graph: editor.getGraph(), inputs })
  editor.clearExecutionState()
  return follow(options, url, {
    open: (signal) => send(address, { kind: 'run', init, method: 'POST', body, signal }),
  })
}

/** Answers a review and follows the rest of the run. */
export function resume(options: ResumeOptions): Promise<RunOutcome> {
  const { resumeUrl, runId, nodeId, decision } = options
  return inSession(options, (course) =>
    follow(course, resumeUrl, {
      runId,
      open: (signal) => openResume({ ...options, signal }, { runId, nodeId, decision }),
    }),
  )
}

/** Paints a run that waits, asks its question and follows the rest. */
export function resumePending(options: ResumePendingOptions): Promise<RunOutcome> {
  return inSession(options, takeUp)
}

async function takeUp(options: ResumePendingOptions): Promise<RunOutcome> {
  const { pending, editor, resumeUrl } = options
  const stream = await attached(options)
  editor.clearExecutionState()
  if (stream) return follow(options, resumeUrl, { runId: pending.runId, open: async () => stream })
  const { snapshot, ...suspension } = pending
  for (const event of eventsOfPending(suspension, snapshot)) editor.receive(event)
  return follow(options, resumeUrl, { suspension })
}

/** Takes up the newest run that waits; null when none does. */
export async function attachPending(options: AttachPendingOptions): Promise<RunOutcome | null> {
  const { pendingUrl, init, signal } = options
  const response = await send(pendingUrl, { kind: 'pending', init, signal })
  const waiting = (await response.json()) as PendingRun[]
  const pending = waiting.at(-1)
  return pending ? resumePending({ ...options, pending }) : null
}

/** The run painted anew; null where the server cannot do so, but has said enough of it. */
async function attached({ pending, resumeUrl, attachUrl, ...course }: ResumePendingOptions): Promise<Response | null> {
  const address = attachUrl?.(pending.runId) ?? attachAddress(resumeUrl, pending.runId)
  if (!address) return null
  try {
    return await openAttach(address, course)
  } catch (error) {
    if (error instanceof ServerError && [404, 405].includes(error.status)) return null
    throw error
  }
}

/** What begins without the editor's Run button gets its Cancel button all the same. */
async function inSession<T extends Course>(options: T, work: (options: T) => Promise<RunOutcome>): Promise<RunOutcome> {
  const { editor, signal } = options
  if (signal || !editor.runSession) return work(options)
  let outcome: RunOutcome | undefined
  await editor.runSession(async (session) => (outcome = await work({ ...options, ...session })))
  return outcome ?? { status: 'cancelled', result: {} }
}

function eventsOfPending(suspension: Suspension, snapshot: PendingRun['snapshot']): RunEvent[] {
  const { runId, nodeId } = suspension
  const outputs = (snapshot?.nodes ?? []).filter((node) => node.nodeId !== nodeId)
  return [
    { name: 'run_status', data: { status: 'running', runId } },
    ...outputs.map((node) => ({ name: 'node_status', data: { ...node, status: 'complete' } })),
    { name: 'node_status', data: { nodeId, status: 'waiting' } },
    { name: 'run_status', data: { status: 'paused', suspension: suspension as unknown as Json } },
  ]
}

/** What a run's events make of its picture; pure, and the only reader of events. */

import type { Json } from '../model/types'
import type { RunEvent } from '../wire/types'
import type { EdgeState, Execution, FailedAttempt, NodeRunData, NodeState, RunError, RunState, Suspension, ToolCall } from './types'

export const NO_EXECUTION: Execution = { state: 'idle', past: false, nodes: byId({}), edges: byId({}) }

const UNTOUCHED: NodeRunData = { status: 'idle', toolCalls: [], attempt: 1 }

/** So many failed attempts of a node are kept, the newest. */
const MOST_FAILURES = 50

const ENDED: ReadonlySet<RunState> = new Set<RunState>(['completed', 'error', 'cancelled'])

/** Whether nothing can follow; a run that is idle has not begun. */
export function hasEnded(state: RunState): boolean {
  return ENDED.has(state)
}

/** One change to the picture. */
export type Stroke = (draft: Draft) => void

/**
 * A picture that is being changed by many strokes: every part of it is copied at the first
 * stroke that touches it, and never again, so that what was not touched stays the same object.
 */
export class Draft {
  private picture: Execution
  private readonly fresh = new Set<string>()
  private ownNodes = false
  private ownEdges = false

  constructor(before: Execution) {
    this.picture = before
  }

  get now(): Execution {
    return this.picture
  }

  run(changes: Partial<Execution>): void {
    this.picture = { ...this.picture, ...changes }
  }

  node(id: string, changes: Partial<NodeRunData>): void {
    const nodes = this.nodes()
    const known = nodes[id]
    if (known && this.fresh.has(id)) {
      Object.assign(known, changes)
      return
    }
    nodes[id] = { ...(known ?? UNTOUCHED), ...changes }
    this.fresh.add(id)
  }

  edge(id: string, state: EdgeState): void {
    if (this.picture.edges[id] === state) return
    if (!this.ownEdges) {
      this.picture = { ...this.picture, edges: byId(this.picture.edges) }
      this.ownEdges = true
    }
    this.picture.edges[id] = state
  }

  private nodes(): Record<string, NodeRunData> {
    if (!this.ownNodes) {
      this.picture = { ...this.picture, nodes: byId(this.picture.nodes) }
      this.ownNodes = true
    }
    return this.picture.nodes
  }
}

/** The picture after some strokes; what they did not touch is the same object as before. */
export function paint(before: Execution, strokes: Iterable<Stroke>): Execution {
  const draft = new Draft(before)
  for (const stroke of strokes) stroke(draft)
  return draft.now
}

/** The picture after one event. Events that are not known change nothing. */
export function reduce(before: Execution, event: RunEvent): Execution {
  return paint(before, [strokeOf(event)])
}

type Data = RunEvent['data']

const READERS: Record<string, (draft: Draft, data: Data) => void> = {
  run_status: readRun,
  node_status: readNode,
  edge_status: (draft, data) => draft.edge(text(data.edgeId), data.status as EdgeState),
  node_chunk: readChunk,
  node_attempt: readAttempt,
  model_usage: readUsage,
  tool_call_start: readToolStart,
  tool_call_end: readToolEnd,
}

export function strokeOf(event: RunEvent): Stroke {
  const read = Object.hasOwn(READERS, event.name) ? READERS[event.name] : undefined
  return (draft) => read?.(draft, event.data)
}

/** What one try of a node begins with: nothing of the try before. */
const BEGUN: Partial<NodeRunData> = {
  status: 'running',
  outputData: undefined,
  text: undefined,
  error: undefined,
  finishedAt: undefined,
}

/** A node that begins forgets what an earlier try or run said of it. */
export function begin(draft: Draft, id: string, data: Partial<NodeRunData>): void {
  const retried = draft.now.nodes[id]?.status === 'running'
  const anew = retried ? {} : { attempt: 1, failures: undefined, usage: undefined }
  draft.node(id, { ...BEGUN, toolCalls: [], ...anew, ...data })
}

/** The run has ended in `state`: what was still going stopped with it. */
export function end(draft: Draft, state: RunState, changes: Partial<Execution> = {}): void {
  draft.run({ suspension: undefined, ...changes, state })
  for (const [id, node] of Object.entries(draft.now.nodes)) {
    if (node.status === 'running' || node.status === 'waiting') {
      draft.node(id, { status: 'cancelled' })
    }
  }
  for (const [id, edge] of Object.entries(draft.now.edges)) {
    if (edge === 'active') draft.edge(id, 'idle')
  }
}

/** Nobody can tell how the run goes on: the picture stays at what was told. */
export function lose(draft: Draft, error: RunError): void {
  draft.run({ state: 'lost', suspension: undefined, error })
}

function readRun(draft: Draft, data: Data): void {
  const state = text(data.status) as RunState
  const result = data.result as Execution['result']
  if (state === 'running') {
    const runId = typeof data.runId === 'string' ? { runId: data.runId } : {}
    draft.run({ state, suspension: undefined, error: undefined, ...runId })
  } else if (state === 'paused') {
    draft.run({ state, suspension: data.suspension as unknown as Suspension })
  } else if (state === 'error') {
    end(draft, state, { error: errorOf(data.error) })
  } else if (hasEnded(state)) {
    end(draft, state, { result: result ?? {} })
  }
}

function readNode(draft: Draft, data: Data): void {
  const id = text(data.nodeId)
  const status = text(data.status) as NodeState
  const told: Partial<NodeRunData> = { status }
  if (data.inputs !== undefined) told.inputs = data.inputs as NodeRunData['inputs']
  if (data.outputData !== undefined) told.outputData = data.outputData
  if (data.error !== undefined) told.error = errorOf(data.error)
  if (data.startedAt !== undefined) told.startedAt = Number(data.startedAt)
  if (data.finishedAt !== undefined) told.finishedAt = Number(data.finishedAt)
  if (status === 'running') begin(draft, id, told)
  else draft.node(id, told)
}

function readChunk(draft: Draft, data: Data): void {
  const id = text(data.nodeId)
  const before = draft.now.nodes[id]?.text ?? ''
  const whole = typeof data.content === 'string' ? data.content : before + text(data.delta)
  draft.node(id, { text: whole })
}

function readAttempt(draft: Draft, data: Data): void {
  const id = text(data.nodeId)
  const attempt = Number(data.attempt)
  const at = typeof data.failedAt === 'number' ? { at: data.failedAt } : {}
  const failure: FailedAttempt = { attempt, error: errorOf(data.error), ...at }
  const before = draft.now.nodes[id]?.failures?.filter((known) => known.attempt !== attempt) ?? []
  draft.node(id, {
    attempt: attempt + 1,
    error: failure.error,
    failures: [...before, failure].slice(-MOST_FAILURES),
    text: undefined,
  })
}

function readUsage(draft: Draft, data: Data): void {
  const id = text(data.nodeId)
  const usage = {
    model: text(data.model),
    inputTokens: Number(data.inputTokens),
    outputTokens: Number(data.outputTokens),
  }
  draft.node(id, { usage: [...(draft.now.nodes[id]?.usage ?? []), usage] })
}

function readToolStart(draft: Draft, data: Data): void {
  const call = { callId: text(data.callId), tool: text(data.tool), args: data.args ?? null }
  placeCall(draft, text(data.nodeId), call.callId, () => call)
}

function readToolEnd(draft: Draft, data: Data): void {
  const callId = text(data.callId)
  placeCall(draft, text(data.nodeId), callId, (begun) => ({
    ...(begun ?? { callId, tool: '', args: null }),
    ...(data.result !== undefined && { result: data.result }),
    ...(data.error !== undefined && { error: errorOf(data.error) }),
    ...(data.durationMs !== undefined && { durationMs: Number(data.durationMs) }),
  }))
}

/** A call that is told twice, as by a replay, stays one call. */
function placeCall(
  draft: Draft,
  nodeId: string,
  callId: string,
  make: (begun: ToolCall | undefined) => ToolCall,
): void {
  const calls = [...(draft.now.nodes[nodeId]?.toolCalls ?? [])]
  const found = calls.findIndex((call) => call.callId === callId)
  const at = found < 0 ? calls.length : found
  calls[at] = make(calls[at])
  draft.node(nodeId, { toolCalls: calls })
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** An error in the shape that is shown, whatever came. */
export function errorOf(value: unknown): RunError {
  if (typeof value === 'string') return { message: value }
  if (value instanceof Error) {
    const { code, hint, retryAfterMs } = value as Error & Partial<RunError>
    return { message: value.message, ...(code && { code }), ...(hint && { hint }), ...(retryAfterMs && { retryAfterMs }) }
  }
  if (value && typeof value === 'object' && 'message' in value) return value as RunError
  return { message: 'The run failed without saying why.' }
}

/** A copy in which any id is its own, `constructor` and `__proto__` too. */
function byId<T>(known: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, known)
}

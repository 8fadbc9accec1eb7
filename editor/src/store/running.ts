/** The one run that is painted: starting it, asking its questions, watching it, stopping it. */

import type { Json } from '../model/types'
import type { RunEvent, WorkflowServer } from '../wire/types'
import { begin, end, errorOf, hasEnded, NO_EXECUTION, paint, strokeOf, type Stroke } from './execution'
import type { Canvas } from './canvas'
import { createFrames } from './frames'
import type { Decision, Execution, NodeRunData, NodeState, RunRequest, RunState, Suspension } from './types'

/** What `onRun` may answer; an editor that was told by events needs none of it. */
interface Outcome {
  status?: RunState
  result?: Record<string, Json>
  error?: unknown
}

export type OnRun = (request: RunRequest) => Promise<unknown>

export interface RunnerOptions {
  server: WorkflowServer | null
  onRun: OnRun | null
  execution: () => Execution
  onChange: (execution: Execution) => void
  canvas: Pick<Canvas, 'show' | 'back'>
}

/** A question is put by one who waits for its answer. */
interface Question {
  answer: (decision: Decision | null) => void
}

/** Who paints now. A session drives its run; a watch only looks, and gives way. */
interface Occupation {
  kind: 'session' | 'watch'
  controller: AbortController
  /** Whether the graph that lies under the picture is known to be the one that runs. */
  placed: boolean
}

export class BusyError extends Error {
  override name = 'BusyError'
  readonly code = 'WF_EDITOR_BUSY'
  readonly hint = 'Wait for its end, or cancel it.'

  constructor() {
    super('The editor shows a run that goes on.')
  }
}

export type Runner = ReturnType<typeof createRunner>

export function createRunner({ server, onRun, execution, onChange, canvas }: RunnerOptions) {
  let occupation: Occupation | null = null
  let question: Question | null = null
  /** The number of the newest event; a replay begins again before it. */
  let seen = 0

  const frames = createFrames<Stroke>((strokes) => onChange(paint(execution(), strokes)))
  const stroke = (change: Stroke): void => frames.push(change)
  const now = (change: Stroke): void => {
    stroke(change)
    frames.flush()
  }

  const wipe = (changes: Partial<Execution> = {}): void => {
    frames.clear()
    seen = 0
    const state = occupation?.kind === 'session' ? 'running' : 'idle'
    onChange({ ...NO_EXECUTION, state, ...changes })
  }

  const occupy = (kind: Occupation['kind'], changes: Partial<Execution>): Occupation => {
    if (occupation?.kind === 'session') throw new BusyError()
    occupation?.controller.abort()
    occupation = { kind, controller: new AbortController(), placed: false }
    wipe(changes)
    return occupation
  }

  const release = (mine: Occupation): void => {
    if (occupation !== mine) return
    occupation = null
    if (mine.kind === 'session') question?.answer(null)
  }

  /** What is left to say when the work of a session is over. */
  const settle = (mine: Occupation, outcome: Outcome): void => {
    frames.flush()
    const { state } = execution()
    if (hasEnded(state) || occupation !== mine) return
    if (mine.controller.signal.aborted) {
      now((draft) => end(draft, 'cancelled'))
    } else if (outcome.status === 'error' || outcome.error !== undefined) {
      now((draft) => end(draft, 'error', { error: errorOf(outcome.error) }))
    } else if (state === 'running' && outcome.status !== 'paused') {
      const result = outcome.result ?? execution().result ?? {}
      now((draft) => end(draft, outcome.status ?? 'completed', { result }))
    }
  }

  /** Lays what a run ran under its picture. */
  const place = async (runId: string, { signal }: AbortController): Promise<void> => {
    try {
      const ran = await server?.runGraph(runId)
      signal.throwIfAborted()
      if (!ran) return
      canvas.show(ran.graph)
      now((draft) => draft.run({ version: ran.version }))
    } catch (error) {
      if (!signal.aborted) canvas.back()
      throw error
    }
  }

  const session = async (
    work: (request: { signal: AbortSignal }) => unknown,
    runs: 'a run' | 'anything' = 'anything',
  ): Promise<void> => {
    const mine = occupy('session', {})
    canvas.back()
    mine.placed = runs === 'a run'
    const { signal } = mine.controller
    try {
      const told = await work({ signal })
      settle(mine, told && typeof told === 'object' ? (told as Outcome) : {})
    } catch (error) {
      settle(mine, { error })
      if (runs === 'anything' && !signal.aborted) throw error
    } finally {
      release(mine)
    }
  }

  const run = async (inputs: Record<string, Json>): Promise<void> => {
    if (!onRun || occupation?.kind === 'session') return
    await session(({ signal }) => onRun({ inputs, signal }), 'a run')
  }

  const watch = async (runId: string, past: boolean): Promise<void> => {
    if (!server || occupation?.kind === 'session') return
    const mine = occupy('watch', { runId, past, state: past ? 'idle' : 'running' })
    const { signal } = mine.controller
    try {
      await place(runId, mine.controller)
      await server.follow(runId, (event) => !signal.aborted && receive(event), signal)
    } catch (error) {
      // A run of one's own that is gone by now is nothing to speak of.
      const isGone = !past && (error as { status?: unknown } | null)?.status === 404
      if (isGone && !signal.aborted) clear()
      else if (!signal.aborted) now((draft) => end(draft, 'error', { error: errorOf(error) }))
    } finally {
      if (!signal.aborted) frames.flush()
      release(mine)
    }
  }

  const receive = (event: RunEvent): void => {
    if (event.id !== undefined) {
      if (event.id <= seen) return
      seen = event.id
    }
    stroke(strokeOf(event))
    if (event.name === 'run_status') placeTakenUp(event.data.runId)
  }

  /** A session may take up a run that began before the graph was changed. */
  const placeTakenUp = (runId: Json | undefined): void => {
    if (occupation?.kind !== 'session' || occupation.placed || typeof runId !== 'string') return
    occupation.placed = true
    const { controller } = occupation
    place(runId, controller).catch((error: unknown) => {
      // The run goes on; only what lies under it is not what it runs.
      if (!controller.signal.aborted) now((draft) => draft.run({ error: errorOf(error) }))
    })
  }

  const ask = (asked: Suspension, signal?: AbortSignal): Promise<Decision | null> => {
    question?.answer(null)
    if (signal?.aborted) return Promise.resolve(null)
    now((draft) => {
      draft.run({ state: 'paused', suspension: asked, runId: asked.runId })
      draft.node(asked.nodeId, { status: 'waiting' })
    })
    return new Promise((resolve) => {
      const mine: Question = {
        answer: (decision) => {
          if (question !== mine) return
          question = null
          signal?.removeEventListener('abort', drop)
          now((draft) => draft.run({ suspension: undefined, ...(decision && { state: 'running' }) }))
          resolve(decision)
        },
      }
      const drop = (): void => mine.answer(null)
      question = mine
      signal?.addEventListener('abort', drop, { once: true })
    })
  }

  const decide = (decision: Decision): void => {
    const { suspension } = execution()
    if (question) {
      question.answer(decision)
    } else if (suspension && server) {
      now((draft) => draft.run({ error: undefined }))
      server
        .decide(suspension.runId, suspension.nodeId, decision)
        .catch((error: unknown) => now((draft) => draft.run({ error: errorOf(error) })))
    }
  }

  const cancel = (): void => {
    frames.flush()
    const { runId, state } = execution()
    if (hasEnded(state) || state === 'idle') return
    if (occupation?.kind === 'session') {
      occupation.controller.abort()
      question?.answer(null)
    } else if (question) {
      question.answer(null)
      now((draft) => end(draft, 'cancelled'))
    } else if (runId && server) {
      server
        .cancel(runId)
        .catch((error: unknown) => now((draft) => draft.run({ error: errorOf(error) })))
    }
  }

  /** A session goes on, unpainted until its next event; a watch stops. */
  const clear = (): void => {
    if (occupation?.kind === 'watch') {
      occupation.controller.abort()
      occupation = null
    }
    wipe()
    canvas.back()
  }

  /** What a session paints stays in sight, on what is edited now. */
  const leave = (): void => (occupation?.kind === 'session' ? canvas.back() : clear())

  return {
    run,
    session,
    watch,
    receive,
    ask,
    decide,
    cancel,
    clear,
    leave,
    busy: (): boolean => occupation?.kind === 'session' || question !== null,
    setNodeStatus: (id: string, status: NodeState): void =>
      stroke((draft) => (status === 'running' ? begin(draft, id, {}) : draft.node(id, { status }))),
    setNodeRunData: (id: string, data: Partial<NodeRunData>): void =>
      stroke((draft) => draft.node(id, data)),
    setEdgeStatus: (id: string, status: Execution['edges'][string]): void =>
      stroke((draft) => draft.edge(id, status)),
    close: (): void => {
      frames.clear()
      occupation?.controller.abort()
      question?.answer(null)
      frames.clear()
    },
  }
}

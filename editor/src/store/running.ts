/** The run that this page drives, and the one that is looked at: starting, asking, watching, stopping. */

import { placed } from '../model/placing'
import type { Graph, Json } from '../model/types'
import { LeftError } from '../wire/errors'
import type { RunEvent, WorkflowServer } from '../wire/types'
import { BusyError } from './busy'
import { begin, end, errorOf, hasEnded, lose } from './execution'
import type { Canvas } from './canvas'
import { createPicture, type Picture } from './picture'
import type { Behind, Decision, Execution, NodeRunData, NodeState, RunRequest, RunState, Suspension } from './types'

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
  /** What this page drives, while another run is looked at. */
  behind: () => Behind | null
  onBehind: (behind: Behind | null) => void
  canvas: Pick<Canvas, 'show' | 'back' | 'shown'>
}

/** A question is put by one who waits for its answer. */
interface Question {
  answer: (decision: Decision | null) => void
}

/** A session drives its run; a watch only looks. */
interface Occupation {
  controller: AbortController
  /** Whether the graph that lies under the picture is known to be the one that runs. */
  placed: boolean
}

export type Runner = ReturnType<typeof createRunner>

export function createRunner({ server, onRun, execution, onChange, behind, onBehind, canvas }: RunnerOptions) {
  let driving: Occupation | null = null
  let watching: Occupation | null = null
  let question: Question | null = null
  /** What was decided already; the server may not have said so yet. */
  let answered: Suspension | undefined

  const driven = createPicture(
    () => behind()?.execution ?? execution(),
    (changed) => {
      const covered = behind()
      if (covered) onBehind({ ...covered, execution: changed })
      else onChange(changed)
    },
  )
  const watched = createPicture(execution, onChange)

  const stopWatching = (): void => {
    watching?.controller.abort()
    watching = null
    watched.close()
  }

  const wipeDriven = (): void => driven.wipe({ state: driving ? 'running' : 'idle' })

  /** What is driven goes on out of sight. */
  const cover = (): void => {
    driven.flush()
    if (isDrivenSeen()) onBehind({ execution: execution(), ran: canvas.shown() })
  }

  const uncover = ({ execution: covered, ran }: Behind): void => {
    stopWatching()
    driven.flush()
    onChange(behind()?.execution ?? covered)
    onBehind(null)
    layDriven(ran)
  }

  const layDriven = (ran: Graph | null): void => {
    const covered = behind()
    if (covered) onBehind({ ...covered, ran })
    else if (ran) canvas.show(ran)
    else canvas.back()
  }

  /** What is left to say when the work of a session is over. */
  const settle = (mine: Occupation, outcome: Outcome): void => {
    driven.flush()
    const { state, result: told } = driven.now()
    if (hasEnded(state) || driving !== mine) return
    if (mine.controller.signal.aborted) {
      driven.change((draft) => end(draft, 'cancelled'))
    } else if (outcome.status === 'error' || outcome.error !== undefined) {
      const error = errorOf(outcome.error)
      driven.change((draft) => (isLost(outcome.error) ? lose(draft, error) : end(draft, 'error', { error })))
    } else if (state === 'running' && outcome.status !== 'paused') {
      const result = outcome.result ?? told ?? {}
      driven.change((draft) => end(draft, outcome.status ?? 'completed', { result }))
    }
  }

  /** What a run ran, and lays it under its picture. */
  const place = async (runId: string, { signal }: AbortController, picture: Picture, lay: (ran: Graph | null) => void): Promise<void> => {
    try {
      const ran = await server?.runGraph(runId)
      signal.throwIfAborted()
      if (!ran) return
      lay(placed(ran.graph))
      picture.change((draft) => draft.run({ version: ran.version }))
    } catch (error) {
      if (!signal.aborted) lay(null)
      throw error
    }
  }

  const session = async (
    work: (request: { signal: AbortSignal }) => unknown,
    runs: 'a run' | 'anything' = 'anything',
  ): Promise<void> => {
    if (driving) throw new BusyError()
    stopWatching()
    onBehind(null)
    const mine = { controller: new AbortController(), placed: runs === 'a run' }
    driving = mine
    wipeDriven()
    canvas.back()
    const { signal } = mine.controller
    try {
      const told = await work({ signal })
      settle(mine, told && typeof told === 'object' ? (told as Outcome) : {})
    } catch (error) {
      settle(mine, { error })
      if (runs === 'anything' && !signal.aborted) throw error
    } finally {
      if (driving === mine) {
        driving = null
        question?.answer(null)
      }
    }
  }

  const run = async (inputs: Record<string, Json>): Promise<void> => {
    if (!onRun || driving) return
    await session(({ signal }) => onRun({ inputs, signal }), 'a run')
  }

  const watch = async (runId: string, past: boolean): Promise<void> => {
    if (!server) return
    if (behind()?.execution.runId === runId) return leave()
    if (driving && driven.now().runId === runId) return
    stopWatching()
    cover()
    const mine = { controller: new AbortController(), placed: true }
    watching = mine
    watched.wipe({ runId, past, state: past ? 'idle' : 'running' })
    const { signal } = mine.controller
    const lay = (ran: Graph | null): void => (ran ? canvas.show(ran) : canvas.back())
    try {
      await place(runId, mine.controller, watched, lay)
      await server.follow(runId, (event) => !signal.aborted && watched.receive(event), signal)
    } catch (error) {
      // A run of one's own that is gone by now is nothing to speak of.
      const isGone = !past && (error as { status?: unknown } | null)?.status === 404
      if (isGone && !signal.aborted) clear()
      else if (!signal.aborted) watched.change((draft) => lose(draft, errorOf(error)))
    } finally {
      if (!signal.aborted) watched.flush()
      if (watching === mine) watching = null
    }
  }

  const receive = (event: RunEvent): void => {
    if (driven.receive(event) && event.name === 'run_status') placeTakenUp(event.data.runId)
  }

  /** A session may take up a run that began before the graph was changed. */
  const placeTakenUp = (runId: Json | undefined): void => {
    if (!driving || driving.placed || typeof runId !== 'string') return
    driving.placed = true
    const { controller } = driving
    place(runId, controller, driven, layDriven).catch((error: unknown) => {
      // The run goes on; only what lies under it is not what it runs.
      if (!controller.signal.aborted) driven.change((draft) => draft.run({ error: errorOf(error) }))
    })
  }

  const ask = (asked: Suspension, signal?: AbortSignal): Promise<Decision | null> => {
    question?.answer(null)
    if (signal?.aborted) return Promise.resolve(null)
    driven.change((draft) => {
      draft.run({ state: 'paused', suspension: asked, runId: asked.runId })
      draft.node(asked.nodeId, { status: 'waiting' })
    })
    return new Promise((resolve) => {
      const mine: Question = {
        answer: (decision) => {
          if (question !== mine) return
          question = null
          signal?.removeEventListener('abort', drop)
          driven.change((draft) => draft.run({ suspension: undefined, ...(decision && { state: 'running' }) }))
          resolve(decision)
        },
      }
      const drop = (): void => mine.answer(null)
      question = mine
      signal?.addEventListener('abort', drop, { once: true })
    })
  }

  /** Whether what is seen is what this page drives. */
  const isDrivenSeen = (): boolean => (driving !== null || question !== null) && !behind()

  /** What the server refuses is told of the run that it is about, as long as that is seen. */
  const tell = (runId: string, asked: Promise<void>): void => {
    asked.catch((error: unknown) => {
      answered = undefined
      if (execution().runId === runId) watched.change((draft) => draft.run({ error: errorOf(error) }))
    })
  }

  const decide = (decision: Decision): void => {
    const { suspension } = execution()
    if (isDrivenSeen()) {
      question?.answer(decision)
    } else if (suspension && suspension !== answered && server) {
      answered = suspension
      watched.change((draft) => draft.run({ error: undefined }))
      tell(suspension.runId, server.decide(suspension.runId, suspension.nodeId, decision))
    }
  }

  const cancel = (): void => {
    driven.flush()
    watched.flush()
    const { runId, state } = execution()
    if (hasEnded(state) || state === 'idle') return
    if (!isDrivenSeen()) {
      if (runId && server) tell(runId, server.cancel(runId))
      return
    }
    driving?.controller.abort()
    question?.answer(null)
    if (!driving) driven.change((draft) => end(draft, 'cancelled'))
  }

  /** A session goes on, unpainted until its next event; a watch stops. */
  const clear = (): void => {
    if (!behind()) stopWatching()
    wipeDriven()
    layDriven(null)
  }

  /** Back to what a session paints; where that is seen, to what is edited now. */
  const leave = (): void => {
    const covered = behind()
    if (covered) uncover(covered)
    else if (driving) canvas.back()
    else clear()
  }

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
    busy: (): boolean => driving !== null || question !== null,
    setNodeStatus: (id: string, status: NodeState): void =>
      driven.stroke((draft) => (status === 'running' ? begin(draft, id, {}) : draft.node(id, { status }))),
    setNodeRunData: (id: string, data: Partial<NodeRunData>): void =>
      driven.stroke((draft) => draft.node(id, data)),
    setEdgeStatus: (id: string, status: Execution['edges'][string]): void =>
      driven.stroke((draft) => draft.edge(id, status)),
    close: (): void => {
      driven.close()
      stopWatching()
      driving?.controller.abort(new LeftError())
      question?.answer(null)
      driven.close()
    },
  }
}

/** Whether only the way to the run is lost: it may well go on. */
function isLost(error: unknown): boolean {
  return error instanceof Error && error.name === 'RunLostError'
}

/** What the states of runs and nodes are called, and how they look. */

import type { NodeState, RunState } from '../../store/types'
import type { IconName } from '../parts/icons'

export type Tone = 'quiet' | 'busy' | 'good' | 'bad' | 'waiting'

export interface Look {
  label: string
  tone: Tone
  icon: IconName
}

/** By the status of a run as the server has it, which knows more words than the canvas. */
export const RUN_LOOKS: Record<RunState | 'queued' | 'waiting', Look> = {
  idle: { label: 'Not run yet', tone: 'quiet', icon: 'circle' },
  queued: { label: 'Queued', tone: 'busy', icon: 'clock' },
  running: { label: 'Running', tone: 'busy', icon: 'spinner' },
  waiting: { label: 'Waiting', tone: 'busy', icon: 'clock' },
  paused: { label: 'Waiting for review', tone: 'waiting', icon: 'pause' },
  completed: { label: 'Completed', tone: 'good', icon: 'check' },
  error: { label: 'Failed', tone: 'bad', icon: 'alert' },
  cancelled: { label: 'Cancelled', tone: 'quiet', icon: 'ban' },
  lost: { label: 'Not known', tone: 'quiet', icon: 'alert' },
}

export const NODE_LOOKS: Record<NodeState, Look> = {
  idle: { label: 'Not run yet', tone: 'quiet', icon: 'circle' },
  running: { label: 'Running', tone: 'busy', icon: 'spinner' },
  complete: { label: 'Complete', tone: 'good', icon: 'check' },
  error: { label: 'Failed', tone: 'bad', icon: 'alert' },
  skipped: { label: 'Skipped', tone: 'quiet', icon: 'skip' },
  cancelled: { label: 'Cancelled', tone: 'quiet', icon: 'ban' },
  waiting: { label: 'Waiting for review', tone: 'waiting', icon: 'pause' },
}

/** A status that this editor does not know is shown by its own word. */
export function runLook(status: string): Look {
  return Object.hasOwn(RUN_LOOKS, status) ? RUN_LOOKS[status as RunState] : { label: status, tone: 'quiet', icon: 'circle' }
}

const LIVE = ['queued', 'running', 'waiting', 'paused']

/** Whether more is to come of a run. */
export function isLive(status: string): boolean {
  return LIVE.includes(status)
}

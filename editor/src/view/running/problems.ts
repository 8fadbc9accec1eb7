/** What a failed call says to the person who made it. */

import type { RunError } from '../../store/types'

export function problemOf(caught: unknown): RunError {
  if (!(caught instanceof Error)) return { message: String(caught) }
  const { code, hint } = caught as Error & { code?: unknown; hint?: unknown }
  return {
    message: caught.message,
    ...(typeof code === 'string' && { code }),
    ...(typeof hint === 'string' && hint !== '' && { hint }),
  }
}

/** Issues in the order in which they matter, and which nodes they are about. */

import type { Issue } from '../../model/types'

export type Severity = Issue['severity']

/** Errors first; otherwise as the server gave them. */
export function ordered(issues: readonly Issue[]): Issue[] {
  const errors = issues.filter((issue) => issue.severity === 'error')
  return [...errors, ...issues.filter((issue) => issue.severity !== 'error')]
}

const byNode = new WeakMap<readonly Issue[], ReadonlyMap<string, Severity>>()

/** The worst severity at each node; the same map for the same issues. */
export function severities(issues: readonly Issue[]): ReadonlyMap<string, Severity> {
  const known = byNode.get(issues)
  if (known) return known
  const worst = new Map<string, Severity>()
  for (const { severity, nodeIds = [] } of issues) {
    for (const id of nodeIds) if (worst.get(id) !== 'error') worst.set(id, severity)
  }
  byNode.set(issues, worst)
  return worst
}

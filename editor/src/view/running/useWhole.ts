/** The way to the whole of a value that came cut. */

import { useMemo } from 'react'

import type { Json } from '../../model/types'
import { useEditorState, useServer } from '../context'
import { wholeValue, type ValuePlace } from './wholeValues'

export type LoadWhole = () => Promise<Json>

/** The same as long as the place is; undefined where nobody can be asked. */
export function useWhole(place: ValuePlace | null): LoadWhole | undefined {
  const server = useServer()
  const runId = useEditorState((state) => state.execution.runId)
  const { nodeId, portId } = place ?? {}
  return useMemo(() => {
    if (!server || !runId || nodeId === undefined) return undefined
    return () => wholeValue(server, runId, { nodeId, portId })
  }, [server, runId, nodeId, portId])
}

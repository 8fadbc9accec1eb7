/** Edges that go while a prompt is being written come back with their variable. */

import { useCallback, useRef } from 'react'

import type { Graph, GraphEdge } from '../../../model/types'
import { useEditor } from '../../context'
import { portKey, wiredPorts } from '../portKeys'

/** Wraps a change of a node's config; what was lost since this was first called is remembered. */
export function useKeptEdges(nodeId: string): (change: () => void) => void {
  const editor = useEditor()
  const lost = useRef(new Map<string, GraphEdge>())
  return useCallback(
    (change) => {
      const before = inputsOf(editor.getState().graph, nodeId)
      change()
      const { graph } = editor.getState()
      const after = new Set(inputsOf(graph, nodeId).map((edge) => edge.id))
      for (const edge of before) if (!after.has(edge.id)) lost.current.set(edge.targetPortId, edge)
      const wired = wiredPorts(graph.edges)
      for (const port of graph.nodes[nodeId]?.ports ?? []) {
        const edge = port.side === 'input' ? lost.current.get(port.id) : undefined
        if (!edge || wired.has(portKey(nodeId, 'input', port.id))) continue
        lost.current.delete(port.id)
        editor.actions.addEdge(edge)
      }
    },
    [editor, nodeId],
  )
}

function inputsOf(graph: Graph, nodeId: string): GraphEdge[] {
  return Object.values(graph.edges).filter((edge) => edge.targetNodeId === nodeId)
}

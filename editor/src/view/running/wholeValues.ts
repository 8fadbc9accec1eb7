/** Where the whole of a value is that the server has cut: at the port that it came out of. */

import type { Graph, GraphNode, Json } from '../../model/types'
import type { WorkflowServer } from '../../wire/types'

/** Without `portId` all that the node put out, by port. */
export interface ValuePlace {
  nodeId: string
  portId?: string
}

/** Of what a node put out; null for a node that only takes in. */
export function placeOfOutput(graph: Graph, nodeId: string): ValuePlace | null {
  const outputs = portsOf(graph, nodeId, 'output')
  const [only] = outputs
  if (!only) return null
  return outputs.length > 1 ? { nodeId } : { nodeId, portId: only.id }
}

/** Of what came into a port; null when nothing leads there. */
export function placeOfInput(graph: Graph, nodeId: string, portId: string): ValuePlace | null {
  const edge = Object.values(graph.edges).find((each) => each.targetNodeId === nodeId && each.targetPortId === portId)
  return edge ? { nodeId: edge.sourceNodeId, portId: edge.sourcePortId } : null
}

/** The value in full. Rejects when the server does not have it, or does not answer. */
export async function wholeValue(server: WorkflowServer, runId: string, { nodeId, portId }: ValuePlace): Promise<Json> {
  const { outputs } = await server.node(runId, nodeId)
  const value = portId === undefined ? outputs : outputs[portId]
  if (value === undefined) throw new Error('The server does not have the whole of it.')
  return value
}

function portsOf(graph: Graph, nodeId: string, side: 'input' | 'output'): GraphNode['ports'] {
  const node = Object.hasOwn(graph.nodes, nodeId) ? graph.nodes[nodeId] : undefined
  return node?.ports.filter((port) => port.side === side) ?? []
}

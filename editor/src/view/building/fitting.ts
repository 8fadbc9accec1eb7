/** Where a line from one port may lead: to ports that are there, or to nodes that could be. */

import type { Connection as Line } from '@xyflow/react'

import { reaches, typesFit } from '../../model/connect'
import { defaultConfig, mayAdd, removeEdges } from '../../model/edits'
import { dataTypeOf, derivePorts } from '../../model/ports'
import type { Catalog, Config, Connection, Graph, NodeType, Port, Side } from '../../model/types'
import type { LineEdge } from './flow'
import { portKey, wiredPorts } from './portKeys'
import { grownData, starterData } from './starter'

/** What the canvas calls a connection, as the graph calls it. */
export function edgeOf({ source, sourceHandle, target, targetHandle }: Line | LineEdge): Connection {
  return {
    sourceNodeId: source,
    sourcePortId: sourceHandle ?? '',
    targetNodeId: target,
    targetPortId: targetHandle ?? '',
  }
}

export function opposite(side: Side): Side {
  return side === 'input' ? 'output' : 'input'
}

/** A port of one node. */
export interface PortPlace {
  nodeId: string
  portId: string
  side: Side
}

/** The edge from the port, whichever side it is on, to one of the other side. */
export function edgeBetween(from: PortPlace, nodeId: string, portId: string): Connection {
  return from.side === 'output'
    ? { sourceNodeId: from.nodeId, sourcePortId: from.portId, targetNodeId: nodeId, targetPortId: portId }
    : { sourceNodeId: nodeId, sourcePortId: portId, targetNodeId: from.nodeId, targetPortId: from.portId }
}

/** Of the node's ports among `fits`, the one that is meant; none where each would cut another line off. */
export function freePort(graph: Graph, nodeId: string, side: Side, fits: ReadonlySet<string>): string | undefined {
  const ports = graph.nodes[nodeId]?.ports.filter((port) => port.side === side) ?? []
  const fitting = ports.filter((port) => fits.has(portKey(nodeId, side, port.id)))
  const isFree = (port: Port): boolean => side === 'output' || !wiredPorts(graph.edges).has(portKey(nodeId, side, port.id))
  return (fitting.find(isFree) ?? (fitting.length === 1 ? fitting[0] : undefined))?.id
}

/** Keys of all ports that this one may be connected with, as if edge `without` were not there. */
export function portsFor(
  whole: Graph,
  nodeId: string,
  side: Side,
  portId: string,
  without?: string,
): ReadonlySet<string> {
  const graph = without === undefined ? whole : removeEdges(whole, [without])
  const from = graph.nodes[nodeId]?.ports.find((port) => port.side === side && port.id === portId)
  const found = new Set<string>()
  if (!from) return found
  for (const node of Object.values(graph.nodes)) {
    const ports = node.ports.filter((port) => port.side !== side && fits(from, port))
    if (ports.length === 0 || node.id === nodeId) continue
    const circle = side === 'output' ? reaches(graph, node.id, nodeId) : reaches(graph, nodeId, node.id)
    if (!circle) for (const port of ports) found.add(portKey(node.id, port.side, port.id))
  }
  return found
}

/** Whether the two may be connected by their types, whichever of them is the output. */
function fits(one: Port, other: Port): boolean {
  return typesFit(dataTypeOf(one), dataTypeOf(other))
}

/** A node type that could be at the other end of a line. */
export interface Candidate {
  type: NodeType
  /** What the node must be set to, to have the port. */
  data: Config
  portId: string
}

/** The node types of which a new node would take, or feed, this port. */
export function candidatesFor(graph: Graph, catalog: Catalog, port: Port): Candidate[] {
  return catalog.nodeTypes.filter((type) => mayAdd(graph, type)).flatMap((type) => candidate(type, catalog, port) ?? [])
}

function candidate(type: NodeType, catalog: Catalog, port: Port): Candidate | null {
  const side = opposite(port.side)
  const starter = starterData(type, catalog)
  const grown = grownData(side === 'input' ? type.inputs : type.outputs, port.id, dataTypeOf(port))
  const data = { ...starter, ...grown }
  const ports = derivePorts(type, { ...defaultConfig(type), ...data })
  const found = ports.find((each) => each.side === side && fits(port, each))
  return found ? { type, data, portId: found.id } : null
}

/** What one graph has that another has not. */

import type { Graph, GraphNode } from './types'

export interface NamedNode {
  id: string
  name: string
}

/** From `before` to `after`; nodes and edges are matched by id. */
export interface GraphDiff {
  added: NamedNode[]
  removed: NamedNode[]
  /** `what` names the parts that differ: name, settings, ports, type, other; `was` its other name. */
  changed: (NamedNode & { what: string[]; was?: string })[]
  moved: NamedNode[]
  edgesAdded: number
  edgesRemoved: number
  edgesChanged: number
  metadata: boolean
}

export function diffGraphs(before: Graph, after: Graph): GraphDiff {
  const diff: GraphDiff = {
    added: [],
    removed: [],
    changed: [],
    moved: [],
    ...edgeCounts(before, after),
    metadata: !isEqual(before.metadata ?? {}, after.metadata ?? {}),
  }
  for (const node of Object.values(before.nodes)) {
    if (!has(after.nodes, node.id)) diff.removed.push(named(node))
  }
  for (const node of Object.values(after.nodes)) {
    const old = has(before.nodes, node.id) ? before.nodes[node.id] : undefined
    if (!old) {
      diff.added.push(named(node))
      continue
    }
    const what = differences(old, node)
    const was = nodeName(old)
    if (what.length > 0) diff.changed.push({ ...named(node), what, ...(was !== nodeName(node) && { was }) })
    else if (!isPlacedAlike(old, node)) diff.moved.push(named(node))
  }
  return diff
}

/** Whether both graphs are the same, places aside. */
export function isSame(diff: GraphDiff): boolean {
  return diff.added.length + diff.removed.length + diff.changed.length === 0 && edgesOf(diff) === 0 && !diff.metadata
}

/** How many connections differ. */
export function edgesOf(diff: GraphDiff): number {
  return diff.edgesAdded + diff.edgesRemoved + diff.edgesChanged
}

/** What people call a node. */
export function nodeName(node: GraphNode): string {
  return node.name || node.label || node.type || node.id
}

function named(node: GraphNode): NamedNode {
  return { id: node.id, name: nodeName(node) }
}

const ASPECTS: Record<string, string> = { name: 'name', label: 'name', type: 'type', data: 'settings', ports: 'ports' }
const PLACE = ['position', 'size', 'zIndex']

function differences(old: GraphNode, node: GraphNode): string[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(node)])
  const found = new Set<string>()
  for (const key of keys) {
    if (!PLACE.includes(key) && !isEqual(old[key], node[key])) found.add(ASPECTS[key] ?? 'other')
  }
  return [...found].sort()
}

function isPlacedAlike(old: GraphNode, node: GraphNode): boolean {
  return PLACE.every((key) => isEqual(old[key], node[key]))
}

function edgeCounts(before: Graph, after: Graph): Pick<GraphDiff, 'edgesAdded' | 'edgesRemoved' | 'edgesChanged'> {
  const counts = { edgesAdded: 0, edgesRemoved: 0, edgesChanged: 0 }
  for (const [id, edge] of Object.entries(before.edges)) {
    if (!has(after.edges, id)) counts.edgesRemoved += 1
    else if (!isEqual(edge, after.edges[id])) counts.edgesChanged += 1
  }
  for (const id of Object.keys(after.edges)) if (!has(before.edges, id)) counts.edgesAdded += 1
  return counts
}

function has(record: object, key: string): boolean {
  return Object.prototype.hasOwnProperty.call(record, key)
}

/** By value, as JSON has it: the order of keys means nothing, undefined is absent. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((value, index) => isEqual(value, other[index]))
  }
  const left = present(one)
  const right = present(other)
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && isEqual(value, right.get(key)))
}

function present(record: object): Map<string, unknown> {
  return new Map(Object.entries(record).filter(([, value]) => value !== undefined))
}

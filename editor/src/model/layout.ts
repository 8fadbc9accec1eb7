/** Where nodes go when a graph is laid out in layers, from left to right. */

import type { Graph, Point } from './types'

const GAP_X = 100
const GAP_Y = 40
const GAP_PARTS = 80
const SWEEPS = 4
const LONE_COLUMNS = 4

export interface Size {
  width: number
  height: number
}

type Ways = ReadonlyMap<string, readonly string[]>

interface Plan {
  sizes: ReadonlyMap<string, Size>
  successors: Ways
  predecessors: Ways
}

/**
 * A position for every node: each right of all that feed it, the parts that are not
 * connected below each other. `sizes` are those on the screen, where they are known.
 */
export function layOut(graph: Graph, sizes: Record<string, Size> = {}): Record<string, Point> {
  const plan = planOf(graph, sizes)
  const parts = partsOf(Object.keys(graph.nodes), plan)
  const positions: Record<string, Point> = {}
  let top = 0
  for (const part of parts.filter((ids) => ids.length > 1)) {
    top += place(positions, ordered(layersOf(part, plan), plan), plan, top) + GAP_PARTS
  }
  const lone = parts.filter((ids) => ids.length === 1).flat()
  const columns = Array.from({ length: Math.min(LONE_COLUMNS, lone.length) }, (_, column) =>
    lone.filter((_id, index) => index % LONE_COLUMNS === column),
  )
  place(positions, columns, plan, top)
  return positions
}

function planOf(graph: Graph, sizes: Record<string, Size>): Plan {
  const successors = new Map<string, string[]>()
  const predecessors = new Map<string, string[]>()
  for (const { sourceNodeId: from, targetNodeId: to } of Object.values(graph.edges)) {
    if (from === to || !Object.hasOwn(graph.nodes, from) || !Object.hasOwn(graph.nodes, to)) continue
    push(successors, from, to)
    push(predecessors, to, from)
  }
  const known = Object.values(graph.nodes).map((node): [string, Size] => [node.id, sizes[node.id] ?? node.size])
  return { sizes: new Map(known), successors, predecessors }
}

/** The ids by part, in the order of the graph. */
function partsOf(ids: string[], { successors, predecessors }: Plan): string[][] {
  const partOf = new Map<string, number>()
  let count = 0
  for (const id of ids) {
    if (partOf.has(id)) continue
    const open = [id]
    partOf.set(id, count)
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of [...(successors.get(at) ?? []), ...(predecessors.get(at) ?? [])]) {
        if (partOf.has(next)) continue
        partOf.set(next, count)
        open.push(next)
      }
    }
    count += 1
  }
  const parts: string[][] = Array.from({ length: count }, () => [])
  for (const id of ids) parts[partOf.get(id) ?? 0]?.push(id)
  return parts
}

/** Ids by the length of the longest way to them; those in a circle come where it is entered. */
function layersOf(ids: string[], { successors, predecessors }: Plan): string[][] {
  const layer = new Map(ids.map((id) => [id, 0]))
  const waiting = new Map(ids.map((id) => [id, predecessors.get(id)?.length ?? 0]))
  const left = new Set(ids)
  const ready = ids.filter((id) => waiting.get(id) === 0)
  while (left.size > 0) {
    const id = ready.shift() ?? first(left)
    if (!left.delete(id)) continue
    for (const next of successors.get(id) ?? []) {
      const rest = (waiting.get(next) ?? 0) - 1
      waiting.set(next, rest)
      if (!left.has(next)) continue
      layer.set(next, Math.max(layer.get(next) ?? 0, (layer.get(id) ?? 0) + 1))
      if (rest === 0) ready.push(next)
    }
  }
  const layers: string[][] = []
  for (const id of ids) (layers[layer.get(id) ?? 0] ??= []).push(id)
  return Array.from(layers, (ids) => ids ?? []).filter((ids) => ids.length > 0)
}

/** The layers, each sorted by where its neighbours are, so that fewer edges cross. */
function ordered(layers: string[][], { successors, predecessors }: Plan): string[][] {
  const rows = new Map<string, number>()
  const note = (ids: string[]) => ids.forEach((id, row) => rows.set(id, row - (ids.length - 1) / 2))
  layers.forEach(note)
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forth = sweep % 2 === 0
    for (const ids of forth ? layers : layers.toReversed()) {
      const ways = forth ? predecessors : successors
      const wanted = new Map(ids.map((id) => [id, mean(ways.get(id) ?? [], rows) ?? rows.get(id) ?? 0]))
      ids.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0))
      note(ids)
    }
  }
  return layers
}

/** Puts each layer into a column, centred; gives the height of the highest. */
function place(positions: Record<string, Point>, layers: string[][], { sizes }: Plan, top: number): number {
  const sizeOf = (id: string) => sizes.get(id) ?? { width: 0, height: 0 }
  const heights = layers.map((ids) => ids.reduce((sum, id) => sum + sizeOf(id).height + GAP_Y, -GAP_Y))
  const highest = Math.max(0, ...heights)
  let x = 0
  layers.forEach((ids, index) => {
    let y = top + (highest - (heights[index] ?? 0)) / 2
    for (const id of ids) {
      positions[id] = { x: Math.round(x), y: Math.round(y) }
      y += sizeOf(id).height + GAP_Y
    }
    x += Math.max(...ids.map((id) => sizeOf(id).width)) + GAP_X
  })
  return highest
}

function mean(ids: readonly string[], rows: ReadonlyMap<string, number>): number | null {
  if (ids.length === 0) return null
  return ids.reduce((sum, id) => sum + (rows.get(id) ?? 0), 0) / ids.length
}

function push(ways: Map<string, string[]>, key: string, value: string): void {
  const list = ways.get(key)
  if (list) list.push(value)
  else ways.set(key, [value])
}

function first(ids: ReadonlySet<string>): string {
  for (const id of ids) return id
  throw new Error('An empty set has no first.')
}

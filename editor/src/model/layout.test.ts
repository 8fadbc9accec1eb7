import { expect, test } from 'vitest'

import { layOut } from './layout'
import { connected, GATE, graphOf, wish } from './scenes'
import type { Graph } from './types'

const gates = (count: number) => graphOf(...Array.from({ length: count }, () => [GATE] as [typeof GATE]))

function overlapping(graph: Graph, positions: Record<string, { x: number; y: number }>): string[] {
  const boxes = Object.values(graph.nodes).map(({ id, size }) => ({ id, ...size, ...(positions[id] ?? { x: 0, y: 0 }) }))
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b) => `${a.id} ${b.id}`),
  )
}

test('a node lies right of all that feed it', () => {
  const { graph, ids } = gates(4)
  const [a = '', b = '', c = '', d = ''] = ids
  let wired = connected(graph, [a, 'approved'], [b, 'input'])
  wired = connected(wired, [b, 'approved'], [c, 'input'])
  wired = connected(wired, [a, 'rejected'], [d, 'input'])
  const at = layOut(wired)
  for (const edge of Object.values(wired.edges)) {
    expect(at[edge.sourceNodeId]?.x).toBeLessThan(at[edge.targetNodeId]?.x ?? 0)
  }
})

test('nothing overlaps, whether connected or not', () => {
  const { graph, ids } = gates(30)
  let wired = graph
  for (let i = 1; i < 20; i += 1) {
    wired = connected(wired, [ids[Math.floor((i - 1) / 2)] ?? '', i % 2 ? 'approved' : 'rejected'], [ids[i] ?? '', 'input'])
  }
  const at = layOut(wired)
  expect(Object.keys(at)).toHaveLength(30)
  expect(overlapping(wired, at)).toEqual([])
})

test('sizes on the screen count', () => {
  const { graph, ids } = gates(2)
  const [a = '', b = ''] = ids
  const at = layOut(connected(graph, [a, 'approved'], [b, 'input']), { [a]: { width: 900, height: 50 } })
  expect(at[b]?.x).toBeGreaterThan(900)
})

test('branches keep to their sides, so that edges do not cross', () => {
  const { graph, ids } = gates(5)
  const [top = '', low = '', root = '', lowEnd = '', topEnd = ''] = ids
  let wired = connected(graph, [root, 'approved'], [top, 'input'])
  wired = connected(wired, [root, 'rejected'], [low, 'input'])
  wired = connected(wired, [low, 'approved'], [lowEnd, 'input'])
  wired = connected(wired, [top, 'approved'], [topEnd, 'input'])
  const at = layOut(wired)
  const isAbove = (a: string, b: string) => (at[a]?.y ?? 0) < (at[b]?.y ?? 0)
  expect(isAbove(top, low)).toBe(isAbove(topEnd, lowEnd))
})

test('a circle and an edge that leads nowhere do not stop it', () => {
  const { graph, ids } = gates(2)
  const [a = '', b = ''] = ids
  const edges = {
    x: { id: 'x', ...wish([a, 'approved'], [b, 'input']) },
    y: { id: 'y', ...wish([b, 'approved'], [a, 'input']) },
    z: { id: 'z', ...wish([b, 'approved'], ['gone', 'input']) },
  }
  expect(overlapping(graph, layOut({ ...graph, edges }))).toEqual([])
  expect(layOut({ nodes: {}, edges: {} })).toEqual({})
})

test('500 nodes are laid out at once', () => {
  const { graph, ids } = gates(500)
  const edges: Graph['edges'] = {}
  ids.forEach((id, i) => {
    if (i > 0) edges[id] = { id, ...wish([ids[Math.floor(i / 2)] ?? '', 'approved'], [id, 'input']) }
  })
  const begun = performance.now()
  layOut({ ...graph, edges })
  expect(performance.now() - begun).toBeLessThan(200)
})

import { expect, test } from 'vitest'

import { moveNodes } from './edits'
import { likelySize, placed } from './placing'
import { connected, GATE, graphOf } from './scenes'
import type { Graph } from './types'

const { graph, ids } = graphOf([GATE], [GATE], [GATE])
const [a = '', b = '', c = ''] = ids
const wired = connected(graph, [a, 'approved'], [b, 'input'])
const at = (x: number, y: number): Record<string, { x: number; y: number }> => ({ [a]: { x, y }, [b]: { x, y }, [c]: { x, y } })
const places = ({ nodes }: Graph): string[] => Object.values(nodes).map(({ position }) => `${position.x} ${position.y}`)

test('nodes that all lie at one place are laid out, those that are fed right of those that feed', () => {
  const laid = placed(moveNodes(wired, at(7, 7)))
  expect(new Set(places(laid)).size).toBe(3)
  expect(laid.nodes[b]?.position.x).toBeGreaterThanOrEqual((laid.nodes[a]?.position.x ?? 0) + likelySize(wired.nodes[a]!).width)
  expect(laid.edges).toBe(wired.edges)
})

test('a graph with places is left as it is, and so is one without anything to place', () => {
  const apart = moveNodes(wired, { ...at(7, 7), [c]: { x: 8, y: 7 } })
  expect(placed(apart)).toBe(apart)
  const alone = graphOf([GATE]).graph
  expect(placed(alone)).toBe(alone)
  const nothing: Graph = { nodes: {}, edges: {} }
  expect(placed(nothing)).toBe(nothing)
})

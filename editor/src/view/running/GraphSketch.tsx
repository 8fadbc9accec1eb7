/** A graph as a small picture: its nodes by name, and what connects them. */

import type { ReactNode } from 'react'

import type { Graph, GraphNode } from '../../model/types'
import { nodeName } from '../../model/graphDiff'

const MARGIN = 30
const MOST = 400
const LONGEST_NAME = 22

interface GraphSketchProps {
  graph: Graph
  /** Nodes that are shown as different. */
  marked: ReadonlySet<string>
  label: string
}

export function GraphSketch({ graph, marked, label }: GraphSketchProps): ReactNode {
  const nodes = Object.values(graph.nodes).slice(0, MOST)
  if (nodes.length === 0) return <p className="wf-note wf-sketch">An empty canvas</p>
  return (
    <svg className="wf-sketch" role="img" aria-label={label} viewBox={frameOf(nodes)}>
      {Object.values(graph.edges).map((edge) => {
        const path = pathOf(graph.nodes[edge.sourceNodeId], graph.nodes[edge.targetNodeId])
        return path && <path key={edge.id} d={path} className="wf-sketch-edge" />
      })}
      {nodes.map((node) => (
        <g key={node.id} className="wf-sketch-node" data-marked={marked.has(node.id) || undefined}>
          <rect x={node.position.x} y={node.position.y} width={node.size.width} height={node.size.height} rx={12} />
          <text x={node.position.x + node.size.width / 2} y={node.position.y + node.size.height / 2} textAnchor="middle" dominantBaseline="central">
            {shortName(nodeName(node))}
          </text>
        </g>
      ))}
    </svg>
  )
}

function frameOf(nodes: GraphNode[]): string {
  const left = Math.min(...nodes.map((node) => node.position.x)) - MARGIN
  const top = Math.min(...nodes.map((node) => node.position.y)) - MARGIN
  const right = Math.max(...nodes.map((node) => node.position.x + node.size.width)) + MARGIN
  const bottom = Math.max(...nodes.map((node) => node.position.y + node.size.height)) + MARGIN
  return `${left} ${top} ${right - left} ${bottom - top}`
}

function pathOf(source: GraphNode | undefined, target: GraphNode | undefined): string | null {
  if (!source || !target) return null
  const from = { x: source.position.x + source.size.width, y: source.position.y + source.size.height / 2 }
  const to = { x: target.position.x, y: target.position.y + target.size.height / 2 }
  const bend = Math.max(40, Math.abs(to.x - from.x) / 2)
  return `M${from.x} ${from.y} C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`
}

function shortName(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name
}

/** The graph document and what a server says of its node types: plain JSON. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Config = Record<string, Json>

export type Side = 'input' | 'output'

export interface Port {
  id: string
  side: Side
  dataType?: string
  label?: string
  color?: string
}

export interface Point {
  x: number
  y: number
}

export interface GraphNode {
  id: string
  type: string
  label: string
  icon?: string
  /** What the user calls it. */
  name?: string
  position: Point
  size: { width: number; height: number }
  data: Config
  ports: Port[]
  zIndex: number
  [unknown: string]: unknown
}

export interface GraphEdge {
  id: string
  sourceNodeId: string
  sourcePortId: string
  targetNodeId: string
  targetPortId: string
  [unknown: string]: unknown
}

/** An edge that is only wished for. */
export type Connection = Pick<GraphEdge, 'sourceNodeId' | 'sourcePortId' | 'targetNodeId' | 'targetPortId'>

/** Insertion order of nodes and edges means something; unknown keys survive. */
export interface Graph {
  nodes: Record<string, GraphNode>
  edges: Record<string, GraphEdge>
  metadata?: { name?: string; description?: string; exposedAsTool?: boolean; [unknown: string]: unknown }
  [unknown: string]: unknown
}

export interface Viewport {
  x: number
  y: number
  zoom: number
}

/** What is saved and loaded: the published package's editor snapshot. */
export interface Snapshot {
  version: 1
  graph: Graph
  viewport?: Viewport
}

/** A row of Input, Output and model answers. */
export interface Field {
  name: string
  dataType: string
  default?: Json
  format?: string
  multiple?: boolean
  required?: boolean
}

/** How the ports of one side follow from a node's config. */
export type PortRule =
  | { rule: 'fixed'; ports: Record<string, string> }
  | { rule: 'fields'; key: string }
  | { rule: 'variables'; keys: string[]; types: string }
  | { rule: 'typedBy'; port: string; key: string; types: Record<string, string>; default: string }

/** One setting of a node type; `kind` says which control edits it. */
export interface ConfigField {
  kind: string
  label: string
  help?: string
  default?: Json
  options?: Record<string, string>
  minimum?: number
  maximum?: number
  increment?: number
  family?: string
}

/** A node type as `GET /api/node-types` tells it. */
export interface NodeType {
  type: string
  label: string
  category: string
  icon: string
  description: string
  inputs: PortRule
  outputs: PortRule
  config: Record<string, ConfigField>
  /** At most one node of it in a graph. */
  unique: boolean
  /** May run once per item of a list (`data.runPerItem`). */
  mappable: boolean
  /** What `data.policy` changes, where the server tells it. */
  policy?: Record<string, Json>
}

export interface Issue {
  code: string
  message: string
  severity: 'error' | 'warning'
  nodeIds?: string[]
  hint?: string
}

export interface Catalog {
  nodeTypes: NodeType[]
  models: { llm: string[]; imageGeneration: string[] }
  tools: Record<string, { description: string; parameters: Json }>
}

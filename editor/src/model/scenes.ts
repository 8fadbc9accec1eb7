/** Node types and graphs for tests. */

import { addNode } from './edits'
import { connect } from './connect'
import type { Config, Connection, Graph, NodeType } from './types'

const COMMON = { category: 'Data', icon: '', description: '', config: {}, unique: false, mappable: false }
const NOTHING = { rule: 'fixed', ports: {} } as const

export const INPUT: NodeType = {
  ...COMMON,
  type: 'input',
  label: 'Input',
  icon: 'arrow',
  inputs: NOTHING,
  outputs: { rule: 'fields', key: 'fields' },
  config: { fields: { kind: 'fields', label: 'Fields', default: [{ name: 'topic', dataType: 'string' }] } },
  unique: true,
}

export const LLM: NodeType = {
  ...COMMON,
  type: 'llm',
  label: 'LLM',
  inputs: { rule: 'variables', keys: ['systemPrompt', 'prompt'], types: 'variableDefaults' },
  outputs: { rule: 'fields', key: 'outputSchema' },
  config: {
    prompt: { kind: 'template', label: 'Prompt' },
    outputSchema: { kind: 'fields', label: 'Output', default: [{ name: 'response', dataType: 'string' }] },
  },
}

export const MERGE: NodeType = {
  ...COMMON,
  type: 'merge',
  label: 'Merge',
  inputs: { rule: 'fields', key: 'fields' },
  outputs: { rule: 'typedBy', port: 'output', key: 'mode', types: { combine: 'json' }, default: 'any' },
}

export const GATE: NodeType = {
  ...COMMON,
  type: 'gate',
  label: 'Gate',
  inputs: { rule: 'fixed', ports: { input: 'any' } },
  outputs: { rule: 'fixed', ports: { approved: 'any', rejected: 'any' } },
}

export const NODE_TYPES = [INPUT, LLM, MERGE, GATE]

export const EMPTY: Graph = { nodes: {}, edges: {} }

/** A graph to which nodes are added by type, and the ids that they got. */
export function graphOf(...nodes: [NodeType, Config?][]): { graph: Graph; ids: string[] } {
  let graph = EMPTY
  const ids: string[] = []
  for (const [nodeType, data] of nodes) {
    const added = addNode(graph, nodeType, { x: ids.length * 300, y: 0 }, data)
    if (!added) throw new Error(`There can be no more of ${nodeType.type}.`)
    graph = added.graph
    ids.push(added.id)
  }
  return { graph, ids }
}

/** The graph with a connection that is known to be possible. */
export function connected(graph: Graph, from: [string, string], to: [string, string]): Graph {
  const next = connect(graph, wish(from, to))
  if (!next) throw new Error(`${from.join('.')} does not fit ${to.join('.')}.`)
  return next
}

export function wish(from: [string, string], to: [string, string]): Connection {
  return { sourceNodeId: from[0], sourcePortId: from[1], targetNodeId: to[0], targetPortId: to[1] }
}

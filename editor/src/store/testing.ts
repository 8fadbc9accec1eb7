/** Things that the store's tests are made of. */

import type { Catalog, Graph, NodeType, PortRule, Snapshot } from '../model/types'
import type { RunEvent, WorkflowServer } from '../wire/types'
import type { Persistence } from './types'

function nodeType(type: string, inputs: PortRule, outputs: PortRule, more: Partial<NodeType> = {}): NodeType {
  return {
    type,
    label: type.toUpperCase(),
    category: 'Flow',
    icon: '',
    description: '',
    inputs,
    outputs,
    config: {},
    unique: false,
    mappable: false,
    ...more,
  }
}

const NO_PORTS: PortRule = { rule: 'fixed', ports: {} }

export const CATALOG: Catalog = {
  nodeTypes: [
    nodeType('input', NO_PORTS, { rule: 'fields', key: 'fields' }, { unique: true }),
    nodeType('pass', { rule: 'fixed', ports: { in: 'any' } }, { rule: 'fixed', ports: { out: 'string' } }),
    nodeType('sum', { rule: 'fixed', ports: { in: 'number' } }, { rule: 'fixed', ports: { out: 'number' } }),
  ],
  models: { llm: [], imageGeneration: [] },
  tools: {},
}

export const EMPTY: Graph = { nodes: {}, edges: {} }

export function snapshotNamed(name: string): Snapshot {
  return { version: 1, graph: { nodes: {}, edges: {}, metadata: { name } } }
}

/** Keeps the newest snapshot. */
export class MemoryPersistence implements Persistence {
  saves: Snapshot[] = []

  constructor(private stored: Snapshot | null = null) {}

  load = async (): Promise<Snapshot | null> => structuredClone(this.stored)

  save = async (snapshot: Snapshot): Promise<void> => {
    this.stored = structuredClone(snapshot)
    this.saves.push(this.stored)
  }
}

/** A server that has nothing, except for what a test gives it. */
export function serverWith(calls: Partial<WorkflowServer>): WorkflowServer {
  const nothing = (): never => {
    throw new Error('This call was not expected.')
  }
  const server = new Proxy(calls, {
    get: (known, name) => Reflect.get(known, name) ?? nothing,
  })
  const { validate = async () => [], runGraph = async () => ({ graph: EMPTY, version: 1 }) } = calls
  return Object.assign(server, { workflowId: 'w', validate, runGraph }) as WorkflowServer
}

/** A `follow` that gives these events, then ends. */
export function following(...events: RunEvent[]): WorkflowServer['follow'] {
  return async (_runId, onEvent) => events.forEach(onEvent)
}

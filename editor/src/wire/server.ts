/** What the server offers an editor of one workflow, over its REST API. */

import { readGraph } from '../model/read'
import type { Issue, NodeType } from '../model/types'
import { type Asked, type Init, send } from './request'
import type { NodeDetail, Page, Preflight, RanGraph, RunSummary, Version, WorkflowServer } from './types'
import { watchRun } from './watch'

const ROWS = 30

type Kind = 'load' | 'save'

interface Review {
  id: number
  nodeId: string
  decidedAt: string | null
}

/** The workflow `workflowId` below `apiBase`, such as `/api`. */
export function createWorkflowServer(apiBase: string, workflowId: string, init?: Init<Kind>): WorkflowServer {
  const base = apiBase.replace(/\/+$/, '')
  const workflow = `/workflows/${encodeURIComponent(workflowId)}`
  const ask = (path: string, asked: Partial<Asked<Kind>> = {}): Promise<Response> =>
    send(base + path, { kind: 'load', init, ...asked })
  const get = async <T>(path: string): Promise<T> => (await ask(path)).json() as Promise<T>
  const change = (path: string, body?: unknown, method = 'POST'): Promise<Response> =>
    ask(path, { kind: 'save', method, body })
  const page = async <T>(path: string, next?: string): Promise<Page<T>> => get(next ? pathOf(next, base) : path)
  const run = (id: string): string => `/runs/${encodeURIComponent(id)}`

  return {
    workflowId,
    catalog: async () => {
      const [nodeTypes, models, tools] = await Promise.all([
        get<NodeType[]>('/node-types'),
        get<{ llm: string[]; imageGeneration: string[] }>('/models'),
        get<Record<string, { description: string; parameters: null }>>('/tools'),
      ])
      return { nodeTypes, models, tools }
    },
    validate: async (graph) => {
      const response = await ask('/validate', { method: 'POST', body: { graph } })
      return ((await response.json()) as { issues: Issue[] }).issues
    },

    runs: ({ next, status } = {}) => {
      const wanted = status ? `&status=${encodeURIComponent(status)}` : ''
      return page<RunSummary>(`/runs?workflow=${encodeURIComponent(workflowId)}&limit=${ROWS}${wanted}`, next)
    },
    runGraph: async (runId) => {
      // It never changes: what was looked at lately is not sent again.
      const response = await ask(`${run(runId)}/graph`, { cache: 'no-cache' })
      const { version, graph } = (await response.json()) as RanGraph
      return { version, graph: readGraph(graph) }
    },
    node: (runId, nodeId) => get<NodeDetail>(`${run(runId)}/nodes/${encodeURIComponent(nodeId)}`),
    follow: (runId, onEvent, signal) => watchRun(`${base}${run(runId)}/events`, init, onEvent, signal),
    cancel: async (runId) => {
      await change(`${run(runId)}/cancel`)
    },
    decide: async (runId, nodeId, decision) => {
      const reviews = `${run(runId)}/reviews`
      const asked = (await get<Review[]>(reviews)).filter((review) => review.nodeId === nodeId)
      // One that is answered answers itself why it cannot be answered again.
      const review = asked.find(({ decidedAt }) => decidedAt === null) ?? asked.at(-1)
      await change(`${reviews}/${review?.id ?? 0}/decide`, decision)
    },

    versions: (next) => page<Version>(`${workflow}/versions?limit=${ROWS}`, next),
    versionGraph: async (number) => readGraph((await get<{ graph: unknown }>(`${workflow}/versions/${number}`)).graph),
    nameVersion: async (number, label) => {
      await change(`${workflow}/versions/${number}`, { label }, 'PATCH')
    },
    restore: async (number) => {
      await change(`${workflow}/versions/${number}/restore`)
    },
    published: async () => (await get<{ publishedVersion: number | null }>(workflow)).publishedVersion,
    preflight: async (number) => {
      const told = await get<Preflight & { runs: unknown }>(`${workflow}/publish/preflight?version=${number}`)
      const runs = told.runs as unknown as { first: Preflight['runs']; counts: Record<string, number> }
      return { ...told, runs: runs.first, counts: runs.counts }
    },
    publish: async (version) => {
      await change(`${workflow}/publish`, { version })
    },
  }
}

/** The server in whose care `/api/workflow/<id>` is; null where the address is another. */
export function workflowServerBeside(url: string, init?: Init<Kind>): WorkflowServer | null {
  const [, base, id] = /^(.*)\/workflow\/([^/?#]+)$/.exec(url) ?? []
  return base === undefined || id === undefined ? null : createWorkflowServer(base, decodeURIComponent(id), init)
}

/** What is behind the base in an address of the server's own, which may know its host by another name. */
function pathOf(address: string, base: string): string {
  const { pathname, search } = new URL(address, 'http://localhost')
  const prefix = new URL(base || '/', 'http://localhost').pathname.replace(/\/$/, '')
  return (pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname) + search
}

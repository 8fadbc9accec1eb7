/** Whose graph the canvas shows: the one that is edited, or for a while that of a run. */

import { diffGraphs, isSame } from '../model/graphDiff'
import type { Graph } from '../model/types'
import type { EditorState, OwnGraph } from './types'

export interface Canvas {
  /** The state as it were if the canvas showed what is edited. */
  own(): EditorState
  /** Changes of that state: what is edited changes out of sight while a run is shown. */
  setOwn(changes: Partial<EditorState>): void
  /** Shows what a run ran, to be looked at; does without where that is what is edited. */
  show(ran: Graph): void
  /** Shows what is edited, as it was left. */
  back(): void
  /** What a run ran, where that is what is seen. */
  shown(): Graph | null
  select(nodes: Iterable<string>, edges?: Iterable<string>): void
}

/** What is edited, whatever the canvas shows. */
export function ownOf(state: EditorState): OwnGraph {
  return state.aside ?? state
}

export function createCanvas(get: () => EditorState, set: (changes: Partial<EditorState>) => void): Canvas {
  const back = (): void => {
    const { aside } = get()
    if (aside) set({ ...aside, aside: null })
  }
  return {
    back,
    shown: () => (get().aside ? get().graph : null),
    own: () => ({ ...get(), ...get().aside }),
    setOwn: (changes) => {
      const { aside } = get()
      if (!aside) return set(changes)
      const { graph, selectedNodes, selectedEdges, issues, ...others } = changes
      const own = { graph, selectedNodes, selectedEdges, issues }
      const changed = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
      set({ ...others, aside: { ...aside, ...changed } })
    },
    show: (ran) => {
      const state = get()
      const { graph, selectedNodes, selectedEdges, issues, readOnly } = ownOf(state)
      if (paintsAlike(graph, ran)) return back()
      set({
        graph: ran,
        selectedNodes: present(state.selectedNodes, ran.nodes),
        selectedEdges: present(state.selectedEdges, ran.edges),
        issues: [],
        readOnly: true,
        aside: { graph, selectedNodes, selectedEdges, issues, readOnly },
      })
    },
    select: (nodes, edges = []) => {
      const { selectedNodes, selectedEdges } = get()
      const [newNodes, newEdges] = [new Set(nodes), new Set(edges)]
      if (same(newNodes, selectedNodes) && same(newEdges, selectedEdges)) return
      set({ selectedNodes: newNodes, selectedEdges: newEdges })
    },
  }
}

/** The same set when all of it is still there. */
export function present(ids: ReadonlySet<string>, things: object): ReadonlySet<string> {
  const left = [...ids].filter((id) => Object.hasOwn(things, id))
  return left.length === ids.size ? ids : new Set(left)
}

/** A run of one is told by the other just as well: places and the workflow's name do not run. */
function paintsAlike(own: Graph, ran: Graph): boolean {
  return isSame({ ...diffGraphs(own, ran), metadata: false })
}

function same(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id))
}

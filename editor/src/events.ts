/** What a page is told of an editor as it happens. */

import { ownOf } from './store/canvas'
import type { OwnedStore } from './store/store'
import type { EditorEvents, EditorState, RunError } from './store/types'

export interface Selection {
  nodeIds: string[]
  edgeIds: string[]
}

type Listeners = { [K in keyof EditorEvents]: Set<(payload: EditorEvents[K]) => void> }

export interface Events {
  /** Calls `listener` from now on; what it gives ends that. */
  on<K extends keyof EditorEvents>(event: K, listener: (payload: EditorEvents[K]) => void): () => void
  emit<K extends keyof EditorEvents>(event: K, payload: EditorEvents[K]): void
  /** Tells of what changes in a store; what it gives ends that. */
  follow(store: OwnedStore): () => void
  clear(): void
}

export function createEvents(): Events {
  const listeners: Listeners = {
    change: new Set(),
    selectionChange: new Set(),
    persistenceStateChange: new Set(),
    persistenceError: new Set(),
  }
  const emit: Events['emit'] = (event, payload) => {
    for (const listener of [...listeners[event]]) {
      try {
        listener(payload)
      } catch (error) {
        // It is the page's own mistake, and shall not keep the editor from going on.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
  return {
    emit,
    on: (event, listener) => {
      listeners[event].add(listener)
      return () => void listeners[event].delete(listener)
    },
    follow: (store) =>
      store.subscribe((state, before) => {
        const { graph } = ownOf(state)
        if (graph !== ownOf(before).graph) emit('change', graph)
        if (state.selectedNodes !== before.selectedNodes || state.selectedEdges !== before.selectedEdges) {
          emit('selectionChange', selectionOf(state))
        }
        if (state.saving === before.saving) return
        emit('persistenceStateChange', state.saving)
        const failure = failureOf(state)
        if (failure) emit('persistenceError', failure)
      }),
    clear: () => Object.values(listeners).forEach((set) => set.clear()),
  }
}

/** What is selected, as the host is told. */
export function selectionOf({ selectedNodes, selectedEdges }: EditorState): Selection {
  return { nodeIds: [...selectedNodes], edgeIds: [...selectedEdges] }
}

/** Why the newest state is not stored, when it could not be. */
export function failureOf({ saving }: EditorState): RunError | null {
  if (saving.state !== 'error' && saving.state !== 'conflict') return null
  return saving.error ?? { message: 'The workflow was not saved.' }
}

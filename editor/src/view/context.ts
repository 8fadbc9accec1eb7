/** What every component of the editor reaches for: the store, the server, the desk. */

import { createContext, useContext } from 'react'
import { useStore } from 'zustand'

import type { EditorState, EditorStore } from '../store/types'
import type { WorkflowServer } from '../wire/types'
import type { Desk, DeskState } from './desk'

export interface Surroundings {
  editor: EditorStore
  server: WorkflowServer | null
  desk: Desk
}

export const SurroundingsContext = createContext<Surroundings | null>(null)

function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext)
  if (!found) throw new Error('Editor components live inside <Editor>.')
  return found
}

export function useEditor(): EditorStore {
  return useSurroundings().editor
}

/** Renders again only when what `selector` gives has changed, by `Object.is`. */
export function useEditorState<T>(selector: (state: EditorState) => T): T {
  return useStore(useEditor(), selector)
}

/** Null in an editor whose host brings its own persistence. */
export function useServer(): WorkflowServer | null {
  return useSurroundings().server
}

/** The desk is what is open and where one looks; it is never saved. */
export function useDesk(): Desk {
  return useSurroundings().desk
}

export function useDeskState<T>(selector: (state: DeskState) => T): T {
  return useStore(useDesk(), selector)
}

/** What is open of the running side of one editor; components that part it share it here. */

import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'

import type { EditorStore } from '../../store/types'
import { useEditor } from '../context'
import type { Drafts } from './inputForm'

export interface RunningView {
  /** The form that asks for a run's inputs. */
  form: boolean
  /** The run whose review was put aside, to look at the canvas. */
  asideReview: string | null
  /** The conflict's window was closed without a choice. */
  conflictLeft: boolean
  /** What was filled in for the last run. */
  remembered: Drafts | undefined
}

const views = new WeakMap<EditorStore, StoreApi<RunningView>>()

/** The one of an editor; it lives as long as the editor does. */
export function runningViewOf(editor: EditorStore): StoreApi<RunningView> {
  let view = views.get(editor)
  if (!view) {
    view = createStore<RunningView>(() => ({ form: false, asideReview: null, conflictLeft: false, remembered: undefined }))
    views.set(editor, view)
  }
  return view
}

export function useRunningView<T>(selector: (view: RunningView) => T): T {
  return useStore(runningViewOf(useEditor()), selector)
}

/** Puts an editor into an element of the page. */

import { createRoot } from 'react-dom/client'

import type { EditorStore } from '../store/types'
import type { WorkflowServer } from '../wire/types'
import { SurroundingsContext } from './context'
import { createDesk } from './desk'
import { Editor } from './Editor'

export interface ViewOptions {
  /** Who answers for history, versions and publishing; without it these are not shown. */
  server?: WorkflowServer | null
  /** Without it the editor follows the system. */
  theme?: 'light' | 'dark'
  /** Shows a node in the page's own way; with it there is the canvas alone. */
  onOpen?: (nodeId: string) => void
}

/** A mounted editor. */
export interface View {
  /** Shows all of the graph, or these nodes of it. */
  fitView(nodeIds?: readonly string[]): void
  /** Selects a node and brings it to sight. */
  focusNode(nodeId: string): void
  setTheme(theme: 'light' | 'dark' | null): void
  /** Takes the editor out of the element. */
  unmount(): void
}

export function mount(element: HTMLElement, editor: EditorStore, options: ViewOptions = {}): View {
  const desk = createDesk(options)
  const root = createRoot(element)
  root.render(
    <SurroundingsContext value={{ editor, desk, server: options.server ?? null }}>
      <Editor />
    </SurroundingsContext>,
  )
  const fitView = (nodeIds?: readonly string[]): void => desk.getState().camera?.fit(nodeIds)
  return {
    fitView,
    focusNode: (nodeId) => {
      editor.actions.select([nodeId])
      fitView([nodeId])
    },
    setTheme: (theme) => desk.setState({ theme }),
    unmount: () => root.unmount(),
  }
}

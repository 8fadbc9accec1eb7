/** The whole editor: header, palette, canvas and inspector, and the keys that act on them. */

import { ReactFlowProvider } from '@xyflow/react'
import { useLayoutEffect, useRef, type RefObject } from 'react'

import { Canvas } from './building/Canvas'
import { Header } from './building/Header'
import { Inspector } from './building/Inspector'
import { Palette } from './building/Palette'
import { Sheet } from './building/Sheet'
import { ShortcutsDialog } from './building/ShortcutsDialog'
import { useShortcuts } from './building/useShortcuts'
import { useTheme } from './building/useTheme'
import { useDesk, useDeskState, useEditorState } from './context'
import { ConflictDialog, ReviewDialog, RunBanner } from './running'

/** From this width (px) on the panels stand beside the canvas. */
const WIDE = 701

export function Editor() {
  return (
    <ReactFlowProvider>
      <Layout />
    </ReactFlowProvider>
  )
}

function Layout() {
  const root = useRef<HTMLElement>(null)
  const theme = useTheme()
  const shortcuts = useShortcuts()
  const narrow = useDeskState((s) => s.narrow)
  const asksForHelp = useDeskState((s) => s.shortcuts)
  const readOnly = useEditorState((s) => s.readOnly)
  const isBare = useDeskState((s) => s.onOpen !== null)
  useWidth(root)
  return (
    <section
      ref={root}
      className="wf-editor"
      aria-label="Workflow editor"
      data-theme={theme}
      data-narrow={narrow || undefined}
      data-read-only={readOnly || undefined}
      {...shortcuts}
    >
      {!isBare && <Header />}
      <div className="wf-body">
        {!isBare && (
          <Sheet panel="palette" label="Nodes">
            <nav className="wf-nodes" aria-label="Nodes">
              <Palette />
            </nav>
          </Sheet>
        )}
        <div className="wf-main">
          <Canvas />
          {!isBare && <RunBanner />}
        </div>
        {!isBare && (
          <Sheet panel="inspector" label="Inspector">
            <Inspector />
          </Sheet>
        )}
      </div>
      <ReviewDialog />
      <ConflictDialog />
      {asksForHelp && <ShortcutsDialog />}
    </section>
  )
}

/** Panels close when the editor becomes narrow, and open when it becomes wide. */
function useWidth(root: RefObject<HTMLElement | null>): void {
  const desk = useDesk()
  useLayoutEffect(() => {
    const element = root.current
    if (!element) return
    const measure = (): void => {
      const narrow = element.clientWidth < WIDE
      if (narrow !== desk.getState().narrow) desk.setState({ narrow, palette: !narrow, inspector: !narrow })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [root, desk])
}

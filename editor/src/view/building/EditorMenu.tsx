/** What is done with the workflow as a whole, behind three dots. */

import { useState } from 'react'

import { ownOf } from '../../store/canvas'
import { Button, IconButton } from '../parts/Button'
import { Dialog } from '../parts/Dialog'
import { Menu, MenuEntry } from '../parts/Menu'
import { Popover } from '../parts/Popover'
import { useDesk, useDeskState, useEditor, useEditorState, useServer } from '../context'
import { exportGraph, importGraph } from './files'
import { spelled } from './shortcuts'
import { useTheme } from './useTheme'
import { useTidyUp } from './useTidyUp'

export function EditorMenu() {
  const editor = useEditor()
  const desk = useDesk()
  const server = useServer()
  const theme = useTheme()
  const tidyUp = useTidyUp()
  const readOnly = useEditorState((s) => s.readOnly)
  const narrow = useDeskState((s) => s.narrow)
  const [problem, setProblem] = useState<string | null>(null)
  const load = async (): Promise<void> => {
    try {
      const graph = await importGraph()
      if (!graph) return
      editor.actions.replaceGraph(graph)
      requestAnimationFrame(() => desk.getState().camera?.fit())
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <Popover
        label="Workflow"
        role="menu"
        align="end"
        button={(props) => <IconButton icon="more" label="More" {...props} />}
      >
        {(close) => {
          const then = (act: () => void) => () => {
            close()
            act()
          }
          return (
            <Menu>
              {!readOnly && (
                <MenuEntry icon="upload" onSelect={then(() => void load())}>
                  Import a file…
                </MenuEntry>
              )}
              <MenuEntry icon="download" onSelect={then(() => exportGraph(ownOf(editor.getState()).graph))}>
                Export as a file
              </MenuEntry>
              {!readOnly && (
                <MenuEntry icon="layout" keys={spelled('L')} onSelect={then(tidyUp)}>
                  Tidy up
                </MenuEntry>
              )}
              {server && (
                <MenuEntry icon="history" onSelect={then(() => desk.show('history'))}>
                  Run history
                </MenuEntry>
              )}
              {server && (
                <MenuEntry icon="flag" onSelect={then(() => desk.show('versions'))}>
                  Versions
                </MenuEntry>
              )}
              <hr />
              <MenuEntry
                icon={theme === 'dark' ? 'sun' : 'moon'}
                onSelect={then(() => desk.setState({ theme: theme === 'dark' ? 'light' : 'dark' }))}
              >
                {theme === 'dark' ? 'Light' : 'Dark'}
              </MenuEntry>
              {!narrow && (
                <MenuEntry icon="keyboard" keys="?" onSelect={then(() => desk.setState({ shortcuts: true }))}>
                  Keyboard shortcuts
                </MenuEntry>
              )}
            </Menu>
          )
        }}
      </Popover>
      {problem !== null && (
        <Dialog
          title="This file cannot be imported"
          size="small"
          onClose={() => setProblem(null)}
          actions={
            <Button look="primary" onClick={() => setProblem(null)}>
              Close
            </Button>
          }
        >
          <p>{problem}</p>
        </Dialog>
      )}
    </>
  )
}

/** The bar below the canvas: zoom, undo, layout and what the canvas shows. */

import { useStore } from '@xyflow/react'

import { IconButton } from '../parts/Button'
import { useDesk, useDeskState, useEditor, useEditorState } from '../context'
import { spelled } from './shortcuts'
import { useTidyUp } from './useTidyUp'

const CLOSER = 1.25

export function Toolbar() {
  const editor = useEditor()
  const desk = useDesk()
  const percent = useStore((s) => Math.round(s.transform[2] * 100))
  const minimap = useDeskState((s) => s.minimap)
  const snap = useDeskState((s) => s.snap)
  const narrow = useDeskState((s) => s.narrow)
  const canUndo = useEditorState((s) => s.canUndo)
  const canRedo = useEditorState((s) => s.canRedo)
  const readOnly = useEditorState((s) => s.readOnly)
  const tidyUp = useTidyUp()
  const camera = () => desk.getState().camera
  return (
    <div className="wf-toolbar" role="toolbar" aria-label="Canvas tools">
      {narrow && !readOnly && (
        <>
          <IconButton icon="plus" label="Add a node" onClick={() => desk.toggle('palette', true)} />
          <i className="wf-divider" />
        </>
      )}
      {!narrow && (
        <IconButton icon="minus" label="Zoom out" keys={spelled('-')} onClick={() => camera()?.zoomBy(1 / CLOSER)} />
      )}
      {!narrow && (
        <button
          type="button"
          className="wf-zoom"
          aria-label={`Zoom is ${percent} %. Set to 100 %`}
          title="Zoom to 100 %"
          onClick={() => camera()?.zoomBy(100 / percent)}
        >
          {percent}%
        </button>
      )}
      {!narrow && (
        <IconButton icon="plus" label="Zoom in" keys={spelled('+')} onClick={() => camera()?.zoomBy(CLOSER)} />
      )}
      <IconButton icon="fit" label="Show all" keys={spelled('1')} onClick={() => camera()?.fit()} />
      {!readOnly && (
        <>
          <i className="wf-divider" />
          <IconButton
            icon="undo"
            label="Undo"
            keys={spelled('Mod+Z')}
            disabled={!canUndo}
            onClick={() => editor.actions.undo()}
          />
          <IconButton
            icon="redo"
            label="Redo"
            keys={spelled('Mod+Shift+Z')}
            disabled={!canRedo}
            onClick={() => editor.actions.redo()}
          />
          <i className="wf-divider" />
          <IconButton icon="layout" label="Tidy up" keys={spelled('L')} onClick={tidyUp} />
          {!narrow && (
            <IconButton
              icon="magnet"
              label="Snap to the grid"
              aria-pressed={snap}
              onClick={() => desk.setState({ snap: !snap })}
            />
          )}
        </>
      )}
      <IconButton
        icon="map"
        label="Map"
        keys={spelled('M')}
        aria-pressed={minimap}
        onClick={() => desk.setState({ minimap: !minimap })}
      />
      {!narrow && (
        <IconButton icon="keyboard" label="Shortcuts" keys="?" onClick={() => desk.setState({ shortcuts: true })} />
      )}
    </div>
  )
}

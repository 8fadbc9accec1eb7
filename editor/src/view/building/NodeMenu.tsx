/** Asks which node a line that ended in the void shall lead to. */

import { useEffect, useMemo, useRef, useState } from 'react'

import { Icon } from '../parts/Icon'
import { walk } from '../parts/Menu'
import { useDesk, useEditor } from '../context'
import { candidatesFor, edgeBetween, type Candidate } from './fitting'
import { matching } from './matching'
import { useAddNode } from './useAddNode'
import type { AskedNode } from './useLinking'

export function NodeMenu({ asked, onClose }: { asked: AskedNode; onClose(): void }) {
  const editor = useEditor()
  const desk = useDesk()
  const add = useAddNode()
  const root = useRef<HTMLDivElement>(null)
  const [wanted, setWanted] = useState('')
  const all = useMemo(() => candidatesOf(editor.getState(), asked), [editor, asked])
  const shown = useMemo(() => {
    const found = new Set(
      matching(
        all.map((each) => each.type),
        wanted,
      ),
    )
    return all.filter((each) => found.has(each.type))
  }, [all, wanted])

  useEffect(() => {
    root.current?.querySelector('input')?.focus()
    const outside = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) onClose()
    }
    document.addEventListener('pointerdown', outside, true)
    return () => document.removeEventListener('pointerdown', outside, true)
  }, [onClose])

  const choose = ({ type, data, portId }: Candidate): void => {
    const at = desk.getState().camera?.toGraph(asked.at) ?? { x: 0, y: 0 }
    const forward = asked.side === 'output'
    const id = add(type, { x: forward ? at.x : at.x - 220, y: at.y - 72 }, data)
    editor.actions.addEdge(edgeBetween(asked, id, portId))
    onClose()
  }
  return (
    <div
      ref={root}
      className="wf-node-menu"
      role="dialog"
      aria-label="Add a node here"
      style={placed(asked)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
        event.stopPropagation()
        walk(event)
      }}
    >
      <label className="wf-search">
        <Icon name="search" size={14} />
        <input
          type="search"
          placeholder="Add a node"
          aria-label="Search nodes that fit"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && shown[0]) choose(shown[0])
          }}
        />
      </label>
      {shown.map((each) => (
        <button
          key={each.type.type}
          type="button"
          className="wf-palette-item"
          data-category={each.type.category}
          onClick={() => choose(each)}
        >
          <span className="wf-card-icon">
            <Icon name={each.type.icon} />
          </span>
          {each.type.label}
        </button>
      ))}
      {shown.length === 0 && (
        <p className="wf-empty">
          {all.length === 0 ? 'No other node fits here.' : `No node that fits is called “${wanted}”.`}
        </p>
      )}
    </div>
  )
}

function candidatesOf(state: ReturnType<ReturnType<typeof useEditor>['getState']>, asked: AskedNode): Candidate[] {
  const ports = state.graph.nodes[asked.nodeId]?.ports
  const port = ports?.find((each) => each.side === asked.side && each.id === asked.portId)
  return port ? candidatesFor(state.graph, state.catalog, port) : []
}

const WIDTH = 232
const HEIGHT = 360

/** Where it stands in the canvas, wholly in sight. */
function placed({ at, frame }: AskedNode): { left: number; top: number } {
  const left = Math.min(at.x - frame.left, frame.width - WIDTH - 8)
  const top = Math.min(at.y - frame.top, frame.height - HEIGHT - 8)
  return { left: Math.max(8, left), top: Math.max(8, top) }
}

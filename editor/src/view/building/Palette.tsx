/** The node types by category: dragged to the canvas, or added by a click. */

import { useMemo, useState } from 'react'

import type { NodeType } from '../../model/types'
import { Icon } from '../parts/Icon'
import { walk } from '../parts/Menu'
import { useDesk, useEditorState } from '../context'
import { matching } from './matching'
import { PaletteItem } from './PaletteItem'
import { useAddNode } from './useAddNode'

export function Palette() {
  const types = useEditorState((s) => s.catalog.nodeTypes)
  const readOnly = useEditorState((s) => s.readOnly)
  const [wanted, setWanted] = useState('')
  const shown = useMemo(() => byCategory(matching(types, wanted)), [types, wanted])
  const add = useAddNode()
  const desk = useDesk()
  const place = (type: NodeType): void => {
    add(type)
    if (desk.getState().narrow) desk.toggle('palette', false)
  }
  const firstFound = [...shown.values()][0]?.[0]
  return (
    <div className="wf-palette">
      <label className="wf-search">
        <Icon name="search" size={14} />
        <input
          type="search"
          placeholder="Search nodes"
          aria-label="Search nodes"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !wanted || !firstFound || readOnly) return
            place(firstFound)
            event.currentTarget.select()
          }}
        />
      </label>
      <div className="wf-palette-list" onKeyDown={walk}>
        {[...shown].map(([category, members]) => (
          <section key={category} aria-label={category}>
            <h3 className="wf-overline">{category}</h3>
            {members.map((type) => (
              <PaletteItem key={type.type} type={type} onAdd={() => place(type)} />
            ))}
          </section>
        ))}
        {types.length > 0 && shown.size === 0 && <p className="wf-empty">No node is called “{wanted}”.</p>}
      </div>
    </div>
  )
}

function byCategory(types: readonly NodeType[]): Map<string, NodeType[]> {
  const grouped = new Map<string, NodeType[]>()
  for (const type of types) grouped.set(type.category, [...(grouped.get(type.category) ?? []), type])
  return grouped
}

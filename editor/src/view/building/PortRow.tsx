/** One port on a card: its handle, its name, its colour and shape. */

import { Handle, Position } from '@xyflow/react'
import { memo } from 'react'

import type { Port } from '../../model/types'
import { classes } from '../parts/classes'
import { useDeskState, useEditorState } from '../context'
import { portKey, wiredPorts } from './portKeys'
import { typeColour, typeLabel } from './typeColour'

interface PortRowProps {
  nodeId: string
  port: Port
  /** It carries a list of its type. */
  list: boolean
}

export const PortRow = memo(function PortRow({ nodeId, port, list }: PortRowProps) {
  const readOnly = useEditorState((s) => s.readOnly)
  const key = portKey(nodeId, port.side, port.id)
  const wired = useEditorState((s) => wiredPorts(s.graph.edges).has(key))
  const fit = useDeskState((s) => s.linking && (s.linking.has(key) ? 'fits' : 'unfit'))
  const input = port.side === 'input'
  const what = list ? `list of ${typeLabel(port.dataType).toLowerCase()}` : typeLabel(port.dataType)
  return (
    <div
      className={classes('wf-port', input ? 'wf-port-in' : 'wf-port-out', fit && `wf-port-${fit}`)}
      style={{ '--wf-port': port.color ?? typeColour(port.dataType) } as React.CSSProperties}
    >
      <Handle
        id={port.id}
        type={input ? 'target' : 'source'}
        position={input ? Position.Left : Position.Right}
        isConnectable={!readOnly}
        className={classes('wf-handle', list && 'wf-handle-list', wired && 'wf-handle-wired')}
        title={`${port.label ?? port.id}: ${what}`}
      />
      <span className="wf-port-name">{port.label ?? port.id}</span>
    </div>
  )
})

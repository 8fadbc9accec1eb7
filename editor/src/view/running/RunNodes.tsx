/** What each node did in the run, in the order in which they began. */

import { useEffect, useState, type ReactNode } from 'react'

import type { NodeState } from '../../store/types'
import { useEditor, useEditorState } from '../context'
import { useJump } from '../jump'
import { Icon } from '../parts/Icon'
import { nodeName } from '../../model/graphDiff'
import { durationText } from './runTimes'
import { NODE_LOOKS } from './runStates'

const EVERY_MS = 250
const MOST = 300

interface NodeLine {
  id: string
  name: string
  status: NodeState
  took: string
  share: number
}

export function RunNodes(): ReactNode {
  const lines = useNodeLines()
  const jump = useJump()
  if (lines.length === 0) return null
  return (
    <details className="wf-run-nodes">
      <summary>
        Nodes <span className="wf-note">{lines.length}</span>
      </summary>
      <ul>
        {lines.slice(0, MOST).map((line) => (
          <li key={line.id}>
            <button type="button" onClick={() => jump([line.id])} data-tone={NODE_LOOKS[line.status].tone}>
              <Icon name={NODE_LOOKS[line.status].icon} size={13} title={NODE_LOOKS[line.status].label} />
              <span className="wf-run-node-name">{line.name}</span>
              <span className="wf-run-node-time">{line.took}</span>
              <span className="wf-run-node-bar" style={{ width: `${line.share * 100}%` }} />
            </button>
          </li>
        ))}
      </ul>
      {lines.length > MOST && <p className="wf-note">{lines.length - MOST} more nodes.</p>}
    </details>
  )
}

/** Looked up now and then: while text streams in, every event changes some node. */
function useNodeLines(): NodeLine[] {
  const editor = useEditor()
  const state = useEditorState((shown) => shown.execution.state)
  const runId = useEditorState((shown) => shown.execution.runId)
  const [lines, setLines] = useState<NodeLine[]>([])
  useEffect(() => {
    let seen: unknown
    const read = (): void => {
      const { execution, graph } = editor.getState()
      if (execution.nodes === seen) return
      seen = execution.nodes
      const begun = Object.entries(execution.nodes).filter(([, node]) => node.status !== 'idle')
      begun.sort(([, one], [, other]) => (one.startedAt ?? Infinity) - (other.startedAt ?? Infinity) || 0)
      const times = begun.map(([, node]) => (node.startedAt === undefined || node.finishedAt === undefined ? 0 : node.finishedAt - node.startedAt))
      const longest = Math.max(1, ...times)
      setLines(
        begun.map(([id, node], index) => {
          const known = Object.hasOwn(graph.nodes, id) ? graph.nodes[id] : undefined
          const took = node.finishedAt === undefined || node.startedAt === undefined ? '' : durationText(times[index] ?? 0)
          return { id, name: known ? nodeName(known) : id, status: node.status, took, share: (times[index] ?? 0) / longest }
        }),
      )
    }
    read()
    if (state !== 'running') return
    const timer = setInterval(read, EVERY_MS)
    return () => clearInterval(timer)
  }, [editor, state, runId])
  return lines
}

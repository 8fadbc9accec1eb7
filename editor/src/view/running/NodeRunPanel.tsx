/** What the run did with the selected node. */

import type { ReactNode } from 'react'

import type { Json } from '../../model/types'
import type { EditorState, NodeRunData } from '../../store/types'
import { useEditorState } from '../context'
import { Badge } from './Badge'
import { ErrorCard } from './ErrorCard'
import { FailedAttempts } from './FailedAttempts'
import { NamedValue } from './NamedValue'
import { nodeName } from '../../model/graphDiff'
import { NODE_LOOKS } from './runStates'
import { durationText } from './runTimes'
import { StreamedText } from './StreamedText'
import { ToolCalls } from './ToolCalls'
import { useWhole } from './useWhole'
import { placeOfInput, placeOfOutput } from './wholeValues'

/** Draws nothing unless exactly one node is selected and a run is shown. */
export function NodeRunPanel(): ReactNode {
  const id = useEditorState(onlySelected)
  const isShown = useEditorState((state) => state.execution.state !== 'idle')
  return id !== null && isShown ? <NodeRun key={id} id={id} /> : null
}

function onlySelected({ selectedNodes }: EditorState): string | null {
  const [first = null] = selectedNodes
  return selectedNodes.size === 1 ? first : null
}

function NodeRun({ id }: { id: string }): ReactNode {
  const name = useEditorState(({ graph }) => {
    const node = graph.nodes[id]
    return node ? nodeName(node) : id
  })
  const status = useRun(id, 'status') ?? 'idle'
  const error = useRun(id, 'error')
  const outputData = useRun(id, 'outputData')
  const text = useEditorState(({ execution }) => execution.nodes[id]?.text !== undefined)
  const isSaid = text && outputData === undefined
  return (
    <section className="wf-node-run-panel" aria-label={`Run of ${name}`}>
      <header className="wf-section-head">
        <h3>{name}</h3>
        <span className="wf-grow" />
        <Badge look={NODE_LOOKS[status]}>
          <Took id={id} />
        </Badge>
      </header>
      <Facts id={id} />
      {status === 'idle' && <p className="wf-note">The run has not come to this node.</p>}
      {status === 'skipped' && <p className="wf-note">Nothing reached this node, so it was skipped.</p>}
      {error && <ErrorCard error={error} />}
      {isSaid && <StreamedText nodeId={id} />}
      {outputData !== undefined && <Output id={id} value={outputData} />}
      <Failures id={id} />
      <Calls id={id} />
      <Inputs id={id} />
    </section>
  )
}

/** One part of what the run told of a node; others may change without a render. */
function useRun<Key extends keyof NodeRunData>(id: string, key: Key): NodeRunData[Key] | undefined {
  return useEditorState(({ execution }) => execution.nodes[id]?.[key])
}

function Took({ id }: { id: string }): ReactNode {
  const from = useRun(id, 'startedAt')
  const to = useRun(id, 'finishedAt')
  return from !== undefined && to !== undefined ? durationText(to - from) : null
}

function Facts({ id }: { id: string }): ReactNode {
  const attempt = useRun(id, 'attempt') ?? 1
  const usage = useRun(id, 'usage') ?? []
  const inTokens = usage.reduce((sum, one) => sum + one.inputTokens, 0)
  const outTokens = usage.reduce((sum, one) => sum + one.outputTokens, 0)
  const models = [...new Set(usage.map((one) => one.model))]
  if (attempt === 1 && usage.length === 0) return null
  return (
    <dl className="wf-facts">
      {attempt > 1 && <Fact term="Attempt">{attempt}</Fact>}
      {models.length > 0 && <Fact term="Model">{models.join(', ')}</Fact>}
      {usage.length > 0 && (
        <Fact term="Tokens">
          {inTokens.toLocaleString()} in, {outTokens.toLocaleString()} out
          {usage.length > 1 && ` in ${usage.length} answers`}
        </Fact>
      )}
    </dl>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Output({ id, value }: { id: string; value: Json }): ReactNode {
  const graph = useEditorState((state) => state.graph)
  return <NamedValue name="Output" value={value} whole={useWhole(placeOfOutput(graph, id))} />
}

function Failures({ id }: { id: string }): ReactNode {
  const failures = useRun(id, 'failures')
  return failures ? <FailedAttempts failures={failures} /> : null
}

function Calls({ id }: { id: string }): ReactNode {
  const calls = useRun(id, 'toolCalls') ?? []
  return calls.length > 0 ? <ToolCalls calls={calls} /> : null
}

function Inputs({ id }: { id: string }): ReactNode {
  const inputs = useRun(id, 'inputs')
  const named = Object.entries(inputs ?? {})
  if (named.length === 0) return null
  return (
    <details className="wf-inputs" open={named.length < 4}>
      <summary>
        Inputs <span className="wf-note">{named.length}</span>
      </summary>
      {named.map(([name, value]) => (
        <Input key={name} id={id} name={name} value={value} />
      ))}
    </details>
  )
}

function Input({ id, name, value }: { id: string; name: string; value: Json }): ReactNode {
  const graph = useEditorState((state) => state.graph)
  return <NamedValue name={name} value={value} whole={useWhole(placeOfInput(graph, id, name))} />
}

/** What feeds each input of a node, to be chosen without drawing a line. */

import { useMemo } from 'react'

import { connectionProblem } from '../../model/connect'
import type { Graph, GraphNode, Port } from '../../model/types'
import { Field } from '../parts/Field'
import { Section } from '../parts/Section'
import { Select } from '../parts/Select'
import { useEditor, useEditorState } from '../context'
import { readingOrder } from './flow'
import { nodeName } from './nodeName'
import { typeColour } from './typeColour'

export function Connections({ node, readOnly }: { node: GraphNode; readOnly: boolean }) {
  const inputs = node.ports.filter((port) => port.side === 'input')
  if (inputs.length === 0) return null
  return (
    <Section title="Connections" className="wf-connections">
      {inputs.map((port) => (
        <Source key={port.id} node={node} port={port} readOnly={readOnly} />
      ))}
    </Section>
  )
}

function Source({ node, port, readOnly }: { node: GraphNode; port: Port; readOnly: boolean }) {
  const editor = useEditor()
  const graph = useEditorState((s) => s.graph)
  const edge = Object.values(graph.edges).find((each) => each.targetNodeId === node.id && each.targetPortId === port.id)
  const choices = useMemo(() => sourcesOf(graph, node, port), [graph, node, port])
  const choose = (at: number): void => {
    const source = choices[at]
    if (source)
      editor.actions.addEdge({
        sourceNodeId: source.node.id,
        sourcePortId: source.port.id,
        targetNodeId: node.id,
        targetPortId: port.id,
      })
    else if (edge) editor.actions.removeEdges([edge.id])
  }
  const now = choices.findIndex((each) => each.node.id === edge?.sourceNodeId && each.port.id === edge.sourcePortId)
  return (
    <Field
      label={
        <span className="wf-port-label" style={{ '--wf-port': typeColour(port.dataType) } as React.CSSProperties}>
          {port.label ?? port.id}
        </span>
      }
    >
      {(links) => (
        <Select
          {...links}
          value={now}
          disabled={readOnly}
          onChange={(event) => choose(Number(event.currentTarget.value))}
        >
          <option value={-1}>Not connected</option>
          {choices.map((each, at) => (
            <option key={`${each.node.id} ${each.port.id}`} value={at}>
              {nodeName(each.node)} · {each.port.label ?? each.port.id}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

/** The outputs that may feed this input, the one that does included. */
function sourcesOf(graph: Graph, target: GraphNode, to: Port): { node: GraphNode; port: Port }[] {
  return readingOrder(graph).flatMap((node) =>
    node.ports
      .filter((port) => port.side === 'output')
      .filter(
        (port) =>
          connectionProblem(graph, {
            sourceNodeId: node.id,
            sourcePortId: port.id,
            targetNodeId: target.id,
            targetPortId: to.id,
          }) === null,
      )
      .map((port) => ({ node, port })),
  )
}

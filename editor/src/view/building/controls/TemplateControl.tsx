/** A prompt: its `{variables}` are marked where they stand, listed below, and are ports at once. */

import { useLayoutEffect, useRef } from 'react'

import { promptPieces } from '../../../model/variables'
import { classes } from '../../parts/classes'
import { Field } from '../../parts/Field'
import { TextArea } from '../../parts/TextArea'
import { useEditorState } from '../../context'
import { portKey, wiredPorts } from '../portKeys'
import { typeColour } from '../typeColour'
import type { ControlProps } from './control'
import { textOf } from './TextControl'
import { useKeptEdges } from './useKeptEdges'

export function TemplateControl({ node, field, value, readOnly, onChange }: ControlProps) {
  const text = textOf(value)
  const pieces = promptPieces(text)
  const keep = useKeptEdges(node.id)
  const backdrop = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const follow = (): void => {
    const area = box.current?.querySelector('textarea')
    if (area && backdrop.current) backdrop.current.scrollTop = area.scrollTop
  }
  useLayoutEffect(follow, [text])
  return (
    <Field
      label={field.label}
      help={field.help}
      error={pieces.some(({ kind }) => kind === 'misnamed') ? 'A variable’s name has letters, digits and _ only.' : null}
    >
      {(links) => (
        <>
          <div className="wf-template" ref={box}>
            <div className="wf-template-marks" ref={backdrop} aria-hidden>
              {pieces.map((piece, at) =>
                piece.kind === 'text' ? (
                  piece.text
                ) : (
                  <mark key={at} data-kind={piece.kind}>
                    {piece.text}
                  </mark>
                ),
              )}
              {'\n'}
            </div>
            <TextArea
              {...links}
              className="wf-template-text"
              rows={4}
              value={text}
              readOnly={readOnly}
              spellCheck={false}
              onScroll={follow}
              onChange={(event) => keep(() => onChange(event.target.value))}
            />
          </div>
          <Chips nodeId={node.id} text={text} />
        </>
      )}
    </Field>
  )
}

function Chips({ nodeId, text }: { nodeId: string; text: string }) {
  const ports = useEditorState((s) => s.graph.nodes[nodeId]?.ports)
  const edges = useEditorState((s) => s.graph.edges)
  const pieces = promptPieces(text).filter((piece) => piece.kind !== 'text')
  if (pieces.length === 0) return null
  const wired = wiredPorts(edges)
  return (
    <ul className="wf-pills" aria-label="Variables">
      {[...new Map(pieces.map((piece) => [piece.text, piece])).values()].map((piece) => {
        const name = piece.text.slice(1, -1)
        const port = ports?.find((each) => each.side === 'input' && each.id === name)
        const isWired = wired.has(portKey(nodeId, 'input', name))
        const bad = piece.kind === 'misnamed'
        return (
          <li
            key={piece.text}
            className={classes('wf-pill', bad && 'wf-pill-bad', isWired && 'wf-pill-wired')}
            style={{ '--wf-port': typeColour(port?.dataType) } as React.CSSProperties}
            title={bad ? 'Names of variables are letters, digits and _ only' : isWired ? 'Connected' : 'Not connected'}
          >
            {name}
            {bad && <span className="wf-visually-hidden"> is no name of a variable</span>}
          </li>
        )
      })}
    </ul>
  )
}

/** The text of a node while it comes in; keeps to its end unless one scrolls away. */

import { memo, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'

import { useEditor, useEditorState } from '../context'
import { CopyButton } from './CopyButton'
import { textPieces } from './textPieces'

/** Pixels from the end that still count as the end. */
const NEAR = 24
/** So much of the end of a very long text is drawn, in pieces. */
const MOST_PIECES = 20
/** As often as one can read along. */
const EVERY_MS = 80

export function StreamedText({ nodeId }: { nodeId: string }): ReactNode {
  const text = useNewText(nodeId)
  const isRunning = useEditorState((state) => state.execution.nodes[nodeId]?.status === 'running')
  const box = useRef<HTMLDivElement>(null)
  const keepsToEnd = useRef(true)
  useLayoutEffect(() => {
    if (keepsToEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [text])
  if (!text) return null
  const pieces = textPieces(text)
  const first = Math.max(0, pieces.length - MOST_PIECES)
  return (
    <section className="wf-value" aria-label="Streamed text">
      <header className="wf-value-head">
        <h4>Text</h4>
        <span className="wf-grow" />
        <CopyButton text={() => text} what="the text" />
      </header>
      <div
        ref={box}
        className="wf-streamed"
        tabIndex={0}
        aria-busy={isRunning}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          keepsToEnd.current = scrollHeight - scrollTop - clientHeight < NEAR
        }}
      >
        {first > 0 && <p className="wf-note">The beginning is left out while the text comes in.</p>}
        {pieces.slice(first).map((piece, index) => (
          <Piece key={first + index} text={piece} isGrowing={isRunning && first + index === pieces.length - 1} />
        ))}
      </div>
    </section>
  )
}

const Piece = memo(function Piece({ text, isGrowing }: { text: string; isGrowing: boolean }): ReactNode {
  return (
    <div className="wf-text-piece">
      {text}
      {isGrowing && <span className="wf-cursor" aria-hidden="true" />}
    </div>
  )
})

/** The text so far; far more chunks may come than are drawn. */
function useNewText(nodeId: string): string {
  const editor = useEditor()
  const [text, setText] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = (): void => {
      timer = undefined
      setText(editor.getState().execution.nodes[nodeId]?.text ?? '')
    }
    read()
    const stop = editor.subscribe(() => {
      timer ??= setTimeout(read, EVERY_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [editor, nodeId])
  return text
}

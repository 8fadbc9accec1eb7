/** How long the run that is shown took, or takes so far, in words. */

import { useEffect, useState } from 'react'

import { useEditor, useEditorState } from '../context'
import { durationText, runTimes, tickingText } from './runTimes'

const TICK_MS = 500

/** Empty before the first node has started. */
export function useRunText(): string {
  const editor = useEditor()
  const state = useEditorState((shown) => shown.execution.state)
  const runId = useEditorState((shown) => shown.execution.runId)
  const [text, setText] = useState('')
  useEffect(() => {
    const goesOn = state === 'running' || state === 'paused'
    const read = (): void => {
      const times = runTimes(editor.getState().execution)
      if (!times) setText('')
      else setText(goesOn ? tickingText(Date.now() - times.from) : durationText(times.to - times.from))
    }
    read()
    if (!goesOn) return
    const timer = setInterval(read, TICK_MS)
    return () => clearInterval(timer)
  }, [editor, state, runId])
  return text
}

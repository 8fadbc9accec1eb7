/** Keys and clipboard of one editor: they act while the focus is in it, and not in a text. */

import { useCallback, type ClipboardEvent, type KeyboardEvent } from 'react'

import type { Point } from '../../model/types'
import { useDesk, useEditor } from '../context'
import { shortcutFor, SHORTCUTS, type Shortcut, type ShortcutName } from './shortcuts'
import { useTidyUp } from './useTidyUp'

const NUDGE = 16
const FAR = 5

const WAYS: Partial<Record<ShortcutName, Point>> = {
  left: { x: -NUDGE, y: 0 },
  right: { x: NUDGE, y: 0 },
  up: { x: 0, y: -NUDGE },
  down: { x: 0, y: NUDGE },
}

export function useShortcuts() {
  const editor = useEditor()
  const desk = useDesk()
  const tidyUp = useTidyUp()

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const name = shortcutFor(event)
    if (name === 'none' && leaveInspector(event, editor.getState().selectedNodes)) return
    if (!name || event.defaultPrevented || isWriting(event.target)) return
    const shortcut: Shortcut = SHORTCUTS[name]
    if (editor.getState().readOnly && !shortcut.reads) return
    if (act(name, event)) event.preventDefault()
  }

  /** Whether the key meant something here. */
  function act(name: ShortcutName, event: KeyboardEvent<HTMLElement>): boolean {
    const way = WAYS[name]
    if (way) return move(way, event)
    const onButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement
    if ((name === 'open' || name === 'toggle') && onButton) return false
    return ACTS[name]?.(event) ?? false
  }

  const { actions } = editor
  const ACTS: Partial<Record<ShortcutName, (event: KeyboardEvent<HTMLElement>) => boolean>> = {
    open: (event) => {
      const id = nodeAt(event.target) ?? only(editor.getState().selectedNodes)
      if (!id) return false
      actions.select([id])
      const { onOpen } = desk.getState()
      if (onOpen) return done(onOpen(id))
      showConfig(event.currentTarget, ':is(input, textarea, select)')
      return true
    },
    connect: (event) => {
      const id = nodeAt(event.target) ?? only(editor.getState().selectedNodes)
      if (!id) return false
      actions.select([id])
      showConfig(event.currentTarget, '.wf-connections select')
      return true
    },
    toggle: (event) => {
      const id = nodeAt(event.target)
      if (!id) return false
      const chosen = new Set(editor.getState().selectedNodes)
      if (!chosen.delete(id)) chosen.add(id)
      actions.select(chosen)
      return true
    },
    rename: (event) => {
      const id = nodeAt(event.target) ?? only(editor.getState().selectedNodes)
      if (!id) return false
      desk.setState({ renaming: id })
      return true
    },
    search: (event) => {
      const root = event.currentTarget
      desk.toggle('palette', true)
      const box = (): HTMLInputElement | null => root.querySelector<HTMLInputElement>('.wf-palette input')
      // Where it is there already, the next key may come before the next frame.
      if (box()) box()?.select()
      else requestAnimationFrame(() => box()?.select())
      return true
    },
    undo: () => done(actions.undo()),
    redo: () => done(actions.redo()),
    duplicate: () => done(actions.duplicateSelection()),
    remove: (event) => {
      const id = nodeAt(event.target)
      const { selectedNodes, selectedEdges } = editor.getState()
      if (selectedNodes.size + selectedEdges.size > 0) actions.deleteSelection()
      else if (id) actions.removeNodes([id])
      else return false
      // The focus would be lost with the node.
      event.currentTarget.querySelector<HTMLElement>('.wf-canvas')?.focus()
      return true
    },
    all: () => {
      const { nodes, edges } = editor.getState().graph
      return done(actions.select(Object.keys(nodes), Object.keys(edges)))
    },
    none: () => done(actions.select([])),
    save: () => done(void actions.saveNow()),
    fit: () => done(desk.getState().camera?.fit()),
    focus: () => done(desk.getState().camera?.fit([...editor.getState().selectedNodes])),
    closer: () => done(desk.getState().camera?.zoomBy(1.25)),
    farther: () => done(desk.getState().camera?.zoomBy(0.8)),
    tidy: () => done(tidyUp()),
    map: () => done(desk.setState({ minimap: !desk.getState().minimap })),
    help: () => done(desk.setState({ shortcuts: true })),
  }

  /** The focus goes to the first control of the settings that fits the selector. */
  function showConfig(root: HTMLElement, selector: string): void {
    desk.show('config')
    requestAnimationFrame(() => {
      const control = root.querySelector<HTMLElement>(`.wf-inspector .wf-config ${selector}`)
      control?.closest('details')?.setAttribute('open', '')
      control?.focus()
    })
  }

  function move(way: Point, event: KeyboardEvent<HTMLElement>): boolean {
    const id = nodeAt(event.target)
    const { selectedNodes } = editor.getState()
    if (id && !selectedNodes.has(id)) actions.select([id])
    else if (selectedNodes.size === 0 || !isOnCanvas(event.target)) return false
    const far = event.shiftKey ? FAR : 1
    desk.getState().mover?.nudge({ x: way.x * far, y: way.y * far })
    return true
  }

  const onKeyUp = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key.startsWith('Arrow') && isOnCanvas(event.target))
      desk.getState().mover?.keepPlaces(editor.getState().selectedNodes)
  }

  const onCopy = useCallback(
    (event: ClipboardEvent<HTMLElement>) => {
      if (isWriting(event.target) || editor.getState().selectedNodes.size === 0 || hasMarkedText()) return
      event.clipboardData.setData('text/plain', editor.actions.copySelection())
      event.preventDefault()
      if (event.type === 'cut' && !editor.getState().readOnly) editor.actions.deleteSelection()
    },
    [editor],
  )
  const onPaste = useCallback(
    (event: ClipboardEvent<HTMLElement>) => {
      const text = event.clipboardData.getData('text/plain')
      if (isWriting(event.target) || editor.getState().readOnly || !text.trimStart().startsWith('{')) return
      event.preventDefault()
      editor.actions.paste(text)
    },
    [editor],
  )
  return { onKeyDown, onKeyUp, onCopy, onCut: onCopy, onPaste }
}

/** From the settings of a node back to the node. */
function leaveInspector({ target, currentTarget }: KeyboardEvent<HTMLElement>, selected: ReadonlySet<string>): boolean {
  if (!(target instanceof HTMLElement) || !target.closest('.wf-inspector')) return false
  const nodes = [...currentTarget.querySelectorAll<HTMLElement>('.react-flow__node')]
  const node = nodes.find((each) => selected.has(each.dataset.id ?? ''))
  const back = node ?? currentTarget.querySelector<HTMLElement>('.wf-canvas')
  back?.focus()
  return true
}

function done(_: unknown): true {
  return true
}

function isWriting(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select') || target.closest('dialog') !== null)
  )
}

function isOnCanvas(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.closest('.wf-canvas') !== null
}

function hasMarkedText(): boolean {
  return document.getSelection()?.isCollapsed === false
}

/** The id of the node that has the focus. */
function nodeAt(target: EventTarget): string | null {
  if (!(target instanceof HTMLElement) || target instanceof HTMLButtonElement) return null
  return target.closest('.react-flow__node')?.getAttribute('data-id') ?? null
}

function only(ids: ReadonlySet<string>): string | null {
  return ids.size === 1 ? [...ids][0]! : null
}

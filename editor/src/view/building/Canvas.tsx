/** The canvas: cards, lines between them, and everything the pointer can do to both. */

import {
  Background,
  BackgroundVariant,
  MiniMap,
  Panel,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
  type EdgeTypes,
  type NodeMouseHandler,
  type NodeTypes,
  type OnNodeDrag,
} from '@xyflow/react'
import { useCallback, useId, useRef, useState, type DragEvent, type MouseEvent } from 'react'

import { useDesk, useDeskState, useEditor, useEditorState } from '../context'
import { EdgeLine } from './EdgeLine'
import { isFar } from './far'
import type { CardNode } from './flow'
import { NodeCard } from './NodeCard'
import { NodeMenu } from './NodeMenu'
import { DRAGGED_TYPE } from './PaletteItem'
import { Toolbar } from './Toolbar'
import { CARD } from './cardSize'
import { useAddNode } from './useAddNode'
import { useCamera } from './useCamera'
import { useCards } from './useCards'
import { useLinking } from './useLinking'
import { nodeTypeOf } from './useNodeType'
import { Welcome } from './Welcome'

const NODE_TYPES: NodeTypes = { card: NodeCard }
const EDGE_TYPES: EdgeTypes = { line: EdgeLine }
const GRID: [number, number] = [16, 16]
/** Above so many nodes only those in sight are drawn, and Tab walks those alone. */
const MANY = 150

export function Canvas() {
  const { cards, lines, onNodesChange, onEdgesChange, keepPlaces } = useCards()
  const editor = useEditor()
  const desk = useDesk()
  const readOnly = useEditorState((s) => s.readOnly)
  const minimap = useDeskState((s) => s.minimap)
  const snap = useDeskState((s) => s.snap)
  const narrow = useDeskState((s) => s.narrow)
  const onOpen = useDeskState((s) => s.onOpen)
  const far = useStore(isFar)
  const frame = useRef<HTMLDivElement>(null)
  const { onMoveEnd } = useCamera(frame)
  const linking = useLinking()
  const dropping = useDropping()

  const onDragStop = useCallback<OnNodeDrag<CardNode>>(
    (_, __, moved) => keepPlaces(moved.map((card) => card.id)),
    [keepPlaces],
  )
  const onSelectionDragStop = useCallback(
    (_: MouseEvent, moved: CardNode[]) => keepPlaces(moved.map((card) => card.id)),
    [keepPlaces],
  )
  const onNodeClick = useCallback<NodeMouseHandler<CardNode>>(
    (event, card) => {
      if (onOpen) return onOpen(card.id)
      // A tap on a port begins or ends a line, which a sheet would cover.
      if (!desk.getState().narrow || (event.target as Element).closest('.wf-handle')) return
      desk.show(editor.getState().execution.state === 'idle' ? 'config' : desk.getState().tab)
      desk.getState().camera?.fit([card.id])
    },
    [desk, editor, onOpen],
  )

  return (
    <div
      ref={frame}
      className="wf-canvas"
      data-far={far || undefined}
      tabIndex={-1}
      role="region"
      aria-label="Canvas"
      {...dropping}
    >
      <ReactFlow
        id={useId()}
        nodes={cards}
        edges={lines}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={onDragStop}
        onSelectionDragStop={onSelectionDragStop}
        onNodeClick={onNodeClick}
        onMoveEnd={onMoveEnd}
        {...linking.handlers}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        edgesReconnectable={!readOnly && !far}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
        selectionMode={SelectionMode.Partial}
        snapToGrid={snap}
        snapGrid={GRID}
        minZoom={0.1}
        maxZoom={2}
        connectionRadius={narrow ? 36 : 24}
        nodeDragThreshold={2}
        zoomOnDoubleClick={false}
        preventScrolling={!onOpen}
        elevateNodesOnSelect
        onlyRenderVisibleElements={cards.length > MANY}
        proOptions={{ hideAttribution: true }}
        defaultViewport={editor.getState().viewport ?? undefined}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} />
        {minimap && (
          <MiniMap
            className="wf-minimap"
            pannable
            zoomable
            ariaLabel="Map of the workflow"
            nodeClassName={miniClass}
            position="bottom-right"
          />
        )}
        {cards.length === 0 && <Welcome />}
        <Panel position="bottom-center" className="wf-toolbar-place">
          <Toolbar />
        </Panel>
      </ReactFlow>
      {linking.asked && <NodeMenu asked={linking.asked} onClose={linking.dismiss} />}
    </div>
  )
}

function miniClass(card: CardNode): string {
  return card.selected ? 'wf-mini-selected' : ''
}

/** A node type dragged out of the palette becomes a node where it is let go. */
function useDropping() {
  const editor = useEditor()
  const { screenToFlowPosition } = useReactFlow()
  const add = useAddNode()
  const [over, setOver] = useState(false)
  return {
    'data-over': over || undefined,
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(DRAGGED_TYPE)) return
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
      setOver(true)
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false)
      // It may come from another editor of the page.
      if (editor.getState().readOnly) return
      const type = nodeTypeOf(editor.getState().catalog.nodeTypes, event.dataTransfer.getData(DRAGGED_TYPE))
      if (!type) return
      event.preventDefault()
      const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY })
      add(type, { x: x - CARD.width / 2, y: y - 28 })
    },
  }
}

/** Changes of the graph as steps that can be undone. */

import { copyNodes, duplicateNodes, pasteNodes, type Pasted } from '../model/clipboard'
import { connect } from '../model/connect'
import { addNode, calledLike, changeConfig, changeMetadata, moveNodes, removeEdges, removeNodes, renameNode } from '../model/edits'
import { type Change, type History, NO_HISTORY, redo, remember, undo } from '../model/history'
import { layOut } from '../model/layout'
import { placed } from '../model/placing'
import { GraphFormatError } from '../model/read'
import type { Graph } from '../model/types'
import { present } from './canvas'
import type { EditorActions, EditorState } from './types'

type Editing = Pick<
  EditorActions,
  | 'addNode'
  | 'removeNodes'
  | 'moveNodes'
  | 'addEdge'
  | 'removeEdges'
  | 'updateNodeData'
  | 'setNodeName'
  | 'updateMetadata'
  | 'deleteSelection'
  | 'copySelection'
  | 'paste'
  | 'duplicateSelection'
  | 'autoLayout'
  | 'undo'
  | 'redo'
  | 'replaceGraph'
>

export interface EditingOptions {
  get: () => EditorState
  set: (changes: Partial<EditorState>) => void
  /** After every change of the graph that is to be saved. */
  onEdit: () => void
}

export interface Editor {
  actions: Editing
  /** Shows another graph as a step of undo, which is not to be saved. */
  adopt: (graph: Graph) => void
}

/** Every action leaves a graph that is read-only as it is. */
export function createEditing({ get, set, onEdit }: EditingOptions): Editor {
  let history: History = NO_HISTORY

  const show = (graph: Graph, changes: Partial<EditorState> = {}): void => {
    const { selectedNodes, selectedEdges } = get()
    set({
      graph,
      canUndo: history.past.length > 0,
      canRedo: history.future.length > 0,
      selectedNodes: present(selectedNodes, graph.nodes),
      selectedEdges: present(selectedEdges, graph.edges),
      ...changes,
    })
  }

  /** False when nothing is different afterwards. */
  const change = (what: Change, graph: Graph, changes?: Partial<EditorState>): boolean => {
    const before = get()
    if (before.readOnly || graph === before.graph) return false
    history = remember(history, before.graph, what, Date.now())
    show(graph, changes)
    onEdit()
    return true
  }

  const typeOf = (type: string) => get().catalog.nodeTypes.find((known) => known.type === type)

  const place = (label: string, pasted: Pasted | null): void => {
    if (!pasted) return
    const selection = { selectedNodes: new Set(pasted.nodeIds), selectedEdges: new Set(pasted.edgeIds) }
    change({ label }, pasted.graph, selection)
  }

  const step = (turn: typeof undo): void => {
    const { graph, readOnly } = get()
    const turned = readOnly ? null : turn(history, graph)
    if (!turned) return
    history = turned.history
    show(turned.graph)
    onEdit()
  }

  const actions: Editing = {
    addNode: (type, position, data) => {
      const nodeType = typeOf(type)
      const added = nodeType && addNode(get().graph, nodeType, position, data)
      if (!added) return ''
      const selection = { selectedNodes: new Set([added.id]), selectedEdges: NONE }
      return change({ label: 'Add node' }, added.graph, selection) ? added.id : ''
    },
    removeNodes: (ids) => void change({ label: 'Delete' }, removeNodes(get().graph, ids)),
    moveNodes: (positions) => {
      const key = `move ${Object.keys(positions).sort().join(' ')}`
      change({ label: 'Move', key }, moveNodes(get().graph, positions))
    },
    addEdge: (edge) => {
      const { graph, readOnly } = get()
      const connected = readOnly ? null : connect(graph, edge)
      if (!connected) return false
      change({ label: 'Connect' }, connected)
      return true
    },
    removeEdges: (ids) => void change({ label: 'Disconnect' }, removeEdges(get().graph, ids)),
    updateNodeData: (id, data) => {
      const { graph } = get()
      const key = `data ${id} ${Object.keys(data).sort().join(' ')}`
      change({ label: 'Configure', key }, changeConfig(graph, id, data, typeOf(graph.nodes[id]?.type ?? '')))
    },
    setNodeName: (id, name) => void change({ label: 'Rename', key: `name ${id}` }, renameNode(get().graph, id, name)),
    updateMetadata: (metadata) => {
      const key = `metadata ${Object.keys(metadata).sort().join(' ')}`
      change({ label: 'Describe', key }, changeMetadata(get().graph, metadata))
    },
    deleteSelection: () => {
      const { graph, selectedNodes, selectedEdges } = get()
      change({ label: 'Delete' }, removeNodes(removeEdges(graph, selectedEdges), selectedNodes))
    },
    copySelection: () => copyNodes(get().graph, get().selectedNodes),
    paste: (text, at) => {
      const { graph, catalog } = get()
      try {
        place('Paste', pasteNodes(graph, text, catalog.nodeTypes, at))
      } catch (error) {
        // The clipboard holds something else, which is nobody's mistake.
        if (!(error instanceof GraphFormatError)) throw error
      }
    },
    duplicateSelection: () => {
      const { graph, selectedNodes, catalog } = get()
      place('Duplicate', duplicateNodes(graph, selectedNodes, catalog.nodeTypes))
    },
    autoLayout: (sizes) => {
      const { graph } = get()
      change({ label: 'Lay out' }, moveNodes(graph, layOut(graph, sizes)))
    },
    undo: () => step(undo),
    redo: () => step(redo),
    replaceGraph: (graph) => void change({ label: 'Replace' }, calledLike(placed(graph), get().graph)),
  }

  return {
    actions,
    adopt: (graph) => {
      const before = get().graph
      if (JSON.stringify(graph) === JSON.stringify(before)) return
      history = remember(history, before, { label: 'Take what is stored' }, Date.now())
      show(graph)
    },
  }
}

const NONE: ReadonlySet<string> = new Set()

/** The node type of a name, as the server tells it; undefined for one that it does not have. */

import type { NodeType } from '../../model/types'
import { useEditorState } from '../context'

const byName = new WeakMap<readonly NodeType[], ReadonlyMap<string, NodeType>>()

export function useNodeType(type: string): NodeType | undefined {
  return useEditorState((s) => nodeTypeOf(s.catalog.nodeTypes, type))
}

export function nodeTypeOf(types: readonly NodeType[], type: string): NodeType | undefined {
  let known = byName.get(types)
  if (!known) {
    known = new Map(types.map((each) => [each.type, each]))
    byName.set(types, known)
  }
  return known.get(type)
}

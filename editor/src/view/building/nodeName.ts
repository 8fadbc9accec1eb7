import type { GraphNode } from '../../model/types'

/** What a node is called: by its user, else by its type. */
export function nodeName(node: GraphNode): string {
  return node.name || node.label
}

/** Searching the node types. */

import type { NodeType } from '../../model/types'

/** The types that have every word of `wanted` in what is told of them. */
export function matching(types: readonly NodeType[], wanted: string): NodeType[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  return types.filter((type) => {
    const text = `${type.label} ${type.category} ${type.type} ${type.description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

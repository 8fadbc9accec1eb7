/** The list operations, and which of their options each one reads. */

export type OperationOption = 'field' | 'separator' | 'count' | 'start' | 'end' | 'operator' | 'value' | 'direction'

interface Operation {
  label: string
  /** In the order in which they are asked for. */
  options: readonly OperationOption[]
}

export const OPERATIONS: Record<string, Operation> = {
  count: { label: 'Count the items', options: [] },
  sum: { label: 'Add up', options: ['field'] },
  join: { label: 'Join into text', options: ['separator', 'field'] },
  first: { label: 'First item', options: [] },
  last: { label: 'Last item', options: [] },
  take: { label: 'Take the first …', options: ['count'] },
  slice: { label: 'Take from … to …', options: ['start', 'end'] },
  filter: { label: 'Keep what matches', options: ['field', 'operator', 'value'] },
  sort: { label: 'Sort', options: ['field', 'direction'] },
  unique: { label: 'Drop repeated items', options: ['field'] },
  pluck: { label: 'One field of each item', options: ['field'] },
}

export const OPERATORS = ['==', '!=', '>', '<', '>=', '<=', 'contains', 'startsWith', 'endsWith', 'matches']

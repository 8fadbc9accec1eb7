/** The differences between two graphs, node by node. */

import type { ReactNode } from 'react'

import { edgesOf, isSame, type GraphDiff, type NamedNode } from '../../model/graphDiff'

const MOST = 200

interface DiffListProps {
  diff: GraphDiff
  /** What the kinds of difference mean here; `before` is the graph compared with. */
  words: { added: string; removed: string; changed: string; before: string }
}

export function DiffList({ diff, words }: DiffListProps): ReactNode {
  if (isSame(diff)) {
    return <p className="wf-note">{diff.moved.length > 0 ? 'Only the places of nodes differ.' : 'There is no difference.'}</p>
  }
  return (
    <ul className="wf-diff" aria-label="Differences">
      {rows('added', words.added, diff.added)}
      {rows('removed', words.removed, diff.removed)}
      {diff.changed.slice(0, MOST).map((node) => (
        <li key={node.id} data-kind="changed">
          <span className="wf-diff-kind">{words.changed}</span>
          <span className="wf-diff-name">{node.name}</span>
          <span className="wf-note">
            {node.was !== undefined && `${words.before}: ${node.was} · `}
            {node.what.join(', ')}
          </span>
        </li>
      ))}
      {edgesOf(diff) > 0 && (
        <li data-kind="changed">
          <span className="wf-diff-kind">Connections</span>
          <span className="wf-diff-name">{edgeText(diff, words)}</span>
        </li>
      )}
      {diff.metadata && (
        <li data-kind="changed">
          <span className="wf-diff-kind">{words.changed}</span>
          <span className="wf-diff-name">Name and description</span>
        </li>
      )}
    </ul>
  )
}

function rows(kind: 'added' | 'removed', word: string, nodes: NamedNode[]): ReactNode {
  return nodes.slice(0, MOST).map((node) => (
    <li key={node.id} data-kind={kind}>
      <span className="wf-diff-kind">{word}</span>
      <span className="wf-diff-name">{node.name}</span>
    </li>
  ))
}

function edgeText({ edgesAdded, edgesRemoved, edgesChanged }: GraphDiff, words: DiffListProps['words']): string {
  const parts = [
    edgesAdded > 0 && `${edgesAdded} ${words.added.toLowerCase()}`,
    edgesRemoved > 0 && `${edgesRemoved} ${words.removed.toLowerCase()}`,
    edgesChanged > 0 && `${edgesChanged} led elsewhere`,
  ]
  return parts.filter(Boolean).join(', ')
}

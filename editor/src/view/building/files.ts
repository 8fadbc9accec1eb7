/** A workflow as a file: written for the user, read from the user. */

import { readSnapshot } from '../../model/read'
import type { Graph } from '../../model/types'
import { serialize } from '../../model/write'

/** Hands the graph to the browser as a download. */
export function exportGraph(graph: Graph): void {
  const address = URL.createObjectURL(new Blob([serialize(graph)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${fileName(graph.metadata?.name)}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** Asks for a file; null when there is none. Rejects with what is wrong with it. */
export async function importGraph(): Promise<Graph | null> {
  const file = await chosenFile()
  return file ? readSnapshot(await file.text()).graph : null
}

export function fileName(name: string | undefined): string {
  return (
    (name ?? '')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '') || 'workflow'
  )
}

function chosenFile(): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = '.json,application/json'
    input.onchange = () => resolve(input.files?.[0] ?? null)
    input.oncancel = () => resolve(null)
    input.click()
  })
}

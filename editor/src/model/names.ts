/** What things are called: ids and names that are still free, and that of a workflow. */

import type { Graph } from './types'

/** What a workflow is called that nobody has named. */
export const UNTITLED = 'Untitled workflow'

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'
const LENGTH = 8

/** An id such as `node_k3v9x0ab` that is no key of `taken`. */
export function freeId(prefix: 'node' | 'edge', taken: object): string {
  for (;;) {
    // Unlike randomUUID it is there on pages without TLS, too.
    const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
    const id = `${prefix}_${Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')}`
    if (!Object.hasOwn(taken, id)) return id
  }
}

/** What the graph says that its workflow is called; empty when it says nothing of use. */
export function nameIn({ metadata }: Graph): string {
  const name: unknown = metadata?.name
  return typeof name === 'string' ? name.trim() : ''
}

/** `wanted`, or with the first number behind it that makes it differ from those taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  const stem = wanted.replace(/ \d+$/, '')
  for (let number = 2; ; number += 1) {
    const name = `${stem} ${number}`
    if (!taken.has(name)) return name
  }
}

/** Ids and names that are still free. */

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

/** `wanted`, or with the first number behind it that makes it differ from those taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  const stem = wanted.replace(/ \d+$/, '')
  for (let number = 2; ; number += 1) {
    const name = `${stem} ${number}`
    if (!taken.has(name)) return name
  }
}

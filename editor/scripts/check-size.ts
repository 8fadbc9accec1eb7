/** Fails when what a browser has to load for the editor has grown too large. */

import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT = 200_000

const built = new URL('../../pages/static/wayflow/', import.meta.url)
const sizes = ['editor.js', 'editor.css'].map((name) => ({
  name,
  bytes: gzipSync(readFileSync(new URL(name, built)), { level: 9 }).length,
}))
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
const parts = sizes.map(({ name, bytes }) => `${name} ${bytes}`).join(', ')
console.log(`The editor takes ${total} of ${LIMIT} bytes as gzip: ${parts}.`)
if (total > LIMIT) process.exitCode = 1

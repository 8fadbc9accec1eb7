import { expect, test } from 'vitest'

import { type Message, SseParser } from './sse'

const encode = (text: string) => new TextEncoder().encode(text)

function parse(...pieces: (string | Uint8Array)[]): Message[] {
  const parser = new SseParser()
  return pieces.flatMap((piece) => parser.push(typeof piece === 'string' ? encode(piece) : piece))
}

const STREAM = ': hello\nretry: 2000\n\nid: 1\nevent: a\ndata: {"x":"é 日本 😀"}\n\ndata: one\ndata: two\n\n'
const MESSAGES = [
  { event: 'a', id: '1', data: '{"x":"é 日本 😀"}' },
  { event: 'message', data: 'one\ntwo' },
]

test('messages are read, comments and what has no data are not told', () => {
  expect(parse(STREAM)).toEqual(MESSAGES)
})

test.each(['\r\n', '\r', '\n'])('lines may end in %j', (end) => {
  expect(parse(STREAM.replaceAll('\n', end))).toEqual(MESSAGES)
})

test('a stream may be cut anywhere, within characters and line ends too', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const bytes = encode(STREAM.replaceAll('\n', end))
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(parse(bytes.slice(0, at), bytes.slice(at))).toEqual(MESSAGES)
    }
  }
})

test('a stream may come byte by byte', () => {
  const bytes = encode(STREAM.replaceAll('\n', '\r\n'))
  expect(parse(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(MESSAGES)
})

test('what is cut off before its blank line is not told', () => {
  expect(parse('data: whole\n\ndata: half\n')).toEqual([{ event: 'message', data: 'whole' }])
})

test('only one blank is taken off a value, and a field needs no colon', () => {
  expect(parse('data:  two\ndata:none\ndata\n\n')).toEqual([{ event: 'message', data: ' two\nnone\n' }])
})

test('an id belongs to its own message alone', () => {
  expect(parse('id: 7\ndata: a\n\ndata: b\n\nid: 8\n\ndata: c\n\n').map((message) => message.id)).toEqual([
    '7',
    undefined,
    undefined,
  ])
})

test('a byte order mark and unknown fields are passed over', () => {
  expect(parse('\uFEFFdata: a\nwhat: ever\nid: b\0c\n\n')).toEqual([{ event: 'message', data: 'a' }])
})

test('a long line in many pieces takes no longer than its length', () => {
  const pieces = Array.from({ length: 4000 }, () => 'x'.repeat(1000))
  const begun = performance.now()
  const [message] = parse('data: ', ...pieces, '\n\n')
  expect(message?.data).toHaveLength(4_000_000)
  expect(performance.now() - begun).toBeLessThan(2000)
})

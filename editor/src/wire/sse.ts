/** Server-sent events out of bytes, as the HTML standard has them. */

const LINE_END = /\r\n|\n|\r/

export interface Message {
  event: string
  data: string
  /** The id that this very message carries. */
  id?: string
}

/** Takes a stream in pieces, however it is cut; an event that never ends is never told. */
export class SseParser {
  private readonly decoder = new TextDecoder()
  /** A line of which the end is still to come, in pieces. */
  private line: string[] = []
  private endedInReturn = false
  private data: string[] = []
  private event = ''
  private id: string | undefined

  /** The messages that are complete with these bytes. */
  push(bytes: Uint8Array): Message[] {
    let text = this.decoder.decode(bytes, { stream: true })
    if (text === '') return []
    // CR alone ends a line, too; an LF behind it then belongs to it.
    if (this.endedInReturn && text.startsWith('\n')) text = text.slice(1)
    this.endedInReturn = text === '' ? false : text.endsWith('\r')
    const [first = '', ...others] = text.split(LINE_END)
    this.line.push(first)
    const messages: Message[] = []
    for (const next of others) {
      this.read(this.line.join(''), messages)
      this.line = [next]
    }
    return messages
  }

  private read(line: string, messages: Message[]): void {
    if (line === '') {
      if (this.data.length > 0) messages.push(this.message())
      this.data = []
      this.event = ''
      this.id = undefined
      return
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') this.data.push(value)
    else if (field === 'event') this.event = value
    else if (field === 'id' && !value.includes('\0')) this.id = value
  }

  private message(): Message {
    const message: Message = { event: this.event || 'message', data: this.data.join('\n') }
    if (this.id !== undefined) message.id = this.id
    return message
  }
}

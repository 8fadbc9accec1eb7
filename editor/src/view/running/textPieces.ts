/** A growing text in pieces of which only the last still changes. */

const LEAST = 2000
/** A line that is longer is broken at a space. */
const LONGEST = 6000

/** Joined they are the text; a piece that is not the last never changes as the text grows. */
export function textPieces(text: string): string[] {
  const pieces: string[] = []
  let from = 0
  while (text.length - from > LEAST) {
    const end = endOfPiece(text, from)
    if (end === null) break
    pieces.push(text.slice(from, end))
    from = end
  }
  pieces.push(text.slice(from))
  return pieces
}

function endOfPiece(text: string, from: number): number | null {
  const line = text.indexOf('\n', from + LEAST)
  if (line !== -1 && line < from + LONGEST) return line + 1
  const space = text.length - from > LONGEST ? text.indexOf(' ', from + LONGEST) : -1
  if (space !== -1 && (line === -1 || space < line)) return space + 1
  return line === -1 ? null : line + 1
}

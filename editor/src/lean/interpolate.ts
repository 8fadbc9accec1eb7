/** Takes the place of d3-interpolate, of which the canvas needs two functions. */

/** The middle of a view, and its width. */
type View = [x: number, y: number, width: number]

/** From one view to another, so that growing looks equally fast all the way. */
export function interpolateZoom(from: View, to: View): (t: number) => View {
  const [x0, y0, w0] = from
  const [x1, y1, w1] = to
  const scales = Math.abs(w1 - w0) > 1e-6 * w0
  return (t) => {
    const width = w0 * (w1 / w0) ** t
    // The middle keeps step with the width, lest it runs out of sight and comes back.
    const way = scales ? (width - w0) / (w1 - w0) : t
    return [x0 + (x1 - x0) * way, y0 + (y1 - y0) * way, width]
  }
}

/** From numbers to as many others, each in a straight line. */
export function interpolate(from: number[], to: number[]): (t: number) => number[] {
  return (t) => from.map((number, at) => number + ((to[at] ?? number) - number) * t)
}

/**
 * Takes the place of d3-transition, which the canvas needs for nothing but gliding from
 * one view to another: a fraction of its size. Only what d3-zoom and @xyflow/system call
 * is here, with their names.
 */

import { type BaseType, selection, type Selection } from 'd3-selection'

type Nodes = Selection<BaseType, unknown, null, undefined>
type Listener = (this: BaseType) => void
type Tween = (this: BaseType) => (t: number) => void

const DURATION_MS = 250

const underWay = new WeakMap<object, Transition>()

/** Stops what glides on this node. */
export function interrupt(node: BaseType): void {
  if (node) underWay.get(node)?.stop()
}

/** One glide of one node, which begins with the next frame. */
export class Transition {
  private readonly listeners: { type: string; listener: Listener }[] = []
  private readonly tweens: Tween[] = []
  private ms = DURATION_MS
  private easing = (t: number): number => t * t * (3 - 2 * t)
  private frame = 0
  private hasBegun = false

  constructor(private readonly nodes: Nodes) {
    const node = nodes.node()
    if (!node) return
    underWay.get(node)?.stop()
    underWay.set(node, this)
    this.frame = requestAnimationFrame(() => this.begin(node))
  }

  selection(): Nodes {
    return this.nodes
  }

  duration(ms: number): this {
    this.ms = ms
    return this
  }

  ease(easing: (t: number) => number): this {
    this.easing = easing
    return this
  }

  /** `types` are names such as `end` or `end.zoom`, apart by blanks. */
  on(types: string, listener: Listener): this {
    for (const type of types.split(' ')) this.listeners.push({ type: type.split('.')[0] ?? '', listener })
    return this
  }

  tween(_name: string, tween: Tween): this {
    this.tweens.push(tween)
    return this
  }

  call<A extends unknown[]>(act: (transition: this, ...more: A) => void, ...more: A): this {
    act(this, ...more)
    return this
  }

  stop(): void {
    this.forget()
    if (this.hasBegun) this.tell('interrupt')
  }

  private begin(node: BaseType & object): void {
    this.hasBegun = true
    this.tell('start')
    const paints = this.tweens.map((tween) => tween.call(node))
    const since = performance.now()
    const paint = (): void => {
      const t = this.ms > 0 ? Math.min(1, (performance.now() - since) / this.ms) : 1
      for (const each of paints) each.call(node, t < 1 ? this.easing(t) : 1)
      if (underWay.get(node) !== this) return
      if (t < 1) {
        this.frame = requestAnimationFrame(paint)
        return
      }
      this.forget()
      this.tell('end')
    }
    paint()
  }

  private forget(): void {
    cancelAnimationFrame(this.frame)
    const node = this.nodes.node()
    if (node && underWay.get(node) === this) underWay.delete(node)
  }

  private tell(what: string): void {
    const node = this.nodes.node()
    for (const { type, listener } of this.listeners) if (type === what) listener.call(node)
  }
}

Object.assign(selection.prototype, {
  transition(this: Nodes): Transition {
    return new Transition(this)
  },
  interrupt(this: Nodes): Nodes {
    return this.each(function () {
      interrupt(this)
    })
  },
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Snapshot } from '../model/types'
import { createSaver, MOVES, type Saver } from './saving'
import type { Persistence, Saving } from './types'

function snapshot(name: string): Snapshot {
  return { version: 1, graph: { nodes: {}, edges: {}, metadata: { name } } }
}

function conflict(theirs: Snapshot): Error {
  return Object.assign(new Error('Somebody else saved.'), { name: 'ConflictError', theirs })
}

/** A store whose answers the test gives, one by one. */
class Shelf implements Persistence {
  saves: { name: string; keepalive?: boolean; overwrite?: boolean }[] = []
  loaded = snapshot('theirs')
  private waiting: { resolve: () => void; reject: (error: unknown) => void }[] = []

  load = async (): Promise<Snapshot> => this.loaded

  save = (given: Snapshot, options: { keepalive?: boolean; overwrite?: boolean } = {}): Promise<void> => {
    this.saves.push({ name: given.graph.metadata?.name ?? '', ...options })
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }))
  }

  async accept(): Promise<void> {
    this.waiting.shift()?.resolve()
    await vi.advanceTimersByTimeAsync(0)
  }

  async refuse(error: unknown): Promise<void> {
    this.waiting.shift()?.reject(error)
    await vi.advanceTimersByTimeAsync(0)
  }
}

let shelf: Shelf
let states: Saving[]
let shown: string
let saver: Saver

function begin({ stored = true } = {}): void {
  shelf = new Shelf()
  states = []
  shown = 'mine'
  saver = createSaver({
    persistence: shelf,
    snapshot: () => snapshot(shown),
    onChange: (saving) => states.push(saving),
    adopt: (theirs) => {
      shown = theirs?.graph.metadata?.name ?? ''
    },
    stored,
    waitMs: 100,
  })
}

const words = (): string[] => states.map(({ state }) => state)
const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  begin()
})

afterEach(() => {
  saver.close()
  vi.useRealTimers()
})

describe('the table of states', () => {
  it('lets an edit happen in every state', () => {
    for (const moves of Object.values(MOVES)) expect(moves.edited).toBeDefined()
  })

  it('leads out of every state', () => {
    for (const [phase, moves] of Object.entries(MOVES)) {
      expect(Object.values(moves).some((target) => target !== phase)).toBe(true)
    }
  })
})

describe('autosave', () => {
  it('saves once when edits pause', async () => {
    saver.edited()
    await wait(60)
    saver.edited()
    await wait(60)
    expect(shelf.saves).toHaveLength(0)
    await wait(60)
    await shelf.accept()
    expect(shelf.saves).toHaveLength(1)
    expect(words()).toEqual(['dirty', 'saving', 'saved'])
  })

  it('does not wait for ever for someone who never stops', async () => {
    for (let n = 0; n < 12; n += 1) {
      saver.edited()
      await wait(60)
    }
    expect(shelf.saves).toHaveLength(1)
  })

  it('has one save under way, and saves after it what changed meanwhile', async () => {
    saver.edited()
    await wait(100)
    shown = 'newer'
    saver.edited()
    void saver.save()
    await wait(1000)
    expect(shelf.saves).toHaveLength(1)
    await shelf.accept()
    await wait(200)
    await shelf.accept()
    expect(shelf.saves.map(({ name }) => name)).toEqual(['mine', 'newer'])
    expect(words().at(-1)).toBe('saved')
  })

  it('stores nothing when nothing changed', async () => {
    await saver.save()
    expect(shelf.saves).toHaveLength(0)
  })

  it('stores an empty workflow when asked to, for it is not there yet', async () => {
    begin({ stored: false })
    void saver.save()
    await wait(0)
    expect(shelf.saves).toHaveLength(1)
  })

  it('does nothing more once it is closed', async () => {
    saver.edited()
    saver.close()
    await wait(1000)
    expect(shelf.saves).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a save that fails', () => {
  it('is not tried again before the server wants to be asked', async () => {
    saver.edited()
    await wait(100)
    await shelf.refuse(Object.assign(new Error('Too many.'), { status: 429, retryAfterMs: 30_000 }))
    saver.edited()
    await wait(29_900)
    expect(shelf.saves).toHaveLength(1)
    await wait(100)
    expect(shelf.saves).toHaveLength(2)
  })

  it('is tried again, after longer and longer', async () => {
    saver.edited()
    await wait(100)
    await shelf.refuse(new TypeError('No network.'))
    expect(states.at(-1)).toMatchObject({ state: 'error', error: { message: 'No network.' } })
    await wait(1999)
    expect(shelf.saves).toHaveLength(1)
    await wait(1)
    await shelf.refuse(new TypeError('No network.'))
    await wait(3999)
    expect(shelf.saves).toHaveLength(2)
    await wait(1)
    await shelf.accept()
    expect(words().at(-1)).toBe('saved')
  })

  it('waits for an edit when another try would be refused too', async () => {
    saver.edited()
    await wait(100)
    await shelf.refuse(Object.assign(new Error('A secret.'), { status: 400, code: 'WF_SECRET' }))
    await wait(100_000)
    expect(shelf.saves).toHaveLength(1)
    saver.edited()
    await wait(100)
    await shelf.accept()
    expect(words().at(-1)).toBe('saved')
  })
})

describe('a conflict', () => {
  beforeEach(async () => {
    saver.edited()
    await wait(100)
    await shelf.refuse(conflict(snapshot('theirs')))
  })

  it('shows theirs, and overwrites nothing by itself', async () => {
    expect(states.at(-1)).toMatchObject({ state: 'conflict', theirs: snapshot('theirs') })
    saver.edited()
    void saver.save()
    await wait(100_000)
    expect(shelf.saves).toHaveLength(1)
    expect(words().at(-1)).toBe('conflict')
  })

  it('ends with mine when that is chosen', async () => {
    void saver.save({ overwrite: true })
    await wait(0)
    await shelf.accept()
    expect(shelf.saves.at(-1)).toMatchObject({ name: 'mine', overwrite: true })
    expect(words().at(-1)).toBe('saved')
  })

  it('ends with theirs when that is chosen', async () => {
    await saver.reload()
    expect(shown).toBe('theirs')
    expect(words().at(-1)).toBe('saved')
    await wait(100_000)
    expect(shelf.saves).toHaveLength(1)
  })
})

describe('looking around', () => {
  it('is saved at leisure and never shown', async () => {
    saver.looked()
    await wait(3000)
    await shelf.accept()
    expect(shelf.saves).toHaveLength(1)
    expect(states).toEqual([])
  })

  it('makes no conflict', async () => {
    saver.looked()
    await wait(3000)
    await shelf.refuse(conflict(snapshot('theirs')))
    saver.looked()
    await wait(10_000)
    expect(shelf.saves).toHaveLength(1)
    expect(states).toEqual([])
  })

  it('goes with the edit that follows', async () => {
    saver.looked()
    saver.edited()
    await wait(100)
    await shelf.accept()
    await wait(10_000)
    expect(shelf.saves).toHaveLength(1)
  })

  it('does not make a workflow that is not there', async () => {
    begin({ stored: false })
    saver.looked()
    await wait(10_000)
    expect(shelf.saves).toHaveLength(0)
  })
})

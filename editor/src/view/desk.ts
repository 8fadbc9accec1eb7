/** What is open in one editor and where its user looks: never saved, never undone. */

import { createStore, type StoreApi } from 'zustand/vanilla'

import type { Point } from '../model/types'

export type Tab = 'config' | 'run' | 'issues' | 'history' | 'versions'

/** The side panels; on a narrow editor at most one is open, as a sheet. */
export type Panel = 'palette' | 'inspector'

/** What the canvas can be asked for; it is there once the canvas has drawn itself. */
export interface Camera {
  fit(nodeIds?: readonly string[]): void
  zoomBy(factor: number): void
  /** Moves so that a new card there is in sight; does nothing when it is. */
  reveal(place: Point): void
  /** A point of the page as a point of the graph. */
  toGraph(point: Point): Point
  /** The middle of what is seen, as a point of the graph. */
  middle(): Point
}

/** Cards that are moved by keys: shown at once, written into the graph at the end. */
export interface Mover {
  /** Shows the selected cards moved, without changing the graph yet. */
  nudge(by: Point): void
  /** Writes where these cards are now into the graph, as one change. */
  keepPlaces(ids: Iterable<string>): void
}

export interface DeskState {
  tab: Tab
  narrow: boolean
  palette: boolean
  inspector: boolean
  minimap: boolean
  snap: boolean
  shortcuts: boolean
  theme: 'light' | 'dark' | null
  /** Shows a node in the page's own way; null where the inspector does. */
  onOpen: ((nodeId: string) => void) | null
  /** While a connection is drawn: the ports that it may end at, as `portKey` spells them. */
  linking: ReadonlySet<string> | null
  /** The node whose name is being edited on its card. */
  renaming: string | null
  camera: Camera | null
  mover: Mover | null
}

export type Desk = StoreApi<DeskState> & {
  /** Brings a tab of the inspector to sight. */
  show(tab: Tab): void
  toggle(panel: Panel, open?: boolean): void
}

export function createDesk({ theme = null, onOpen = null }: Partial<Pick<DeskState, 'theme' | 'onOpen'>> = {}): Desk {
  const store = createStore<DeskState>(() => ({
    tab: 'config',
    narrow: false,
    palette: true,
    inspector: true,
    minimap: false,
    snap: true,
    shortcuts: false,
    theme,
    onOpen,
    linking: null,
    renaming: null,
    camera: null,
    mover: null,
  }))
  const toggle = (panel: Panel, open = !store.getState()[panel]): void => {
    const other = panel === 'palette' ? 'inspector' : 'palette'
    const closesOther = open && store.getState().narrow
    store.setState({ [panel]: open, ...(closesOther && { [other]: false }) })
  }
  return Object.assign(store, {
    toggle,
    show: (tab: Tab): void => {
      store.setState({ tab })
      toggle('inspector', true)
    },
  })
}

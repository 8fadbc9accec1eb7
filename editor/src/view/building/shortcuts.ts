/** The keys of the editor: one table for what they do and for what the overlay tells. */

export interface Shortcut {
  /** As `combinationOf` spells a key press; the first is the one that is shown. */
  keys: readonly string[]
  does: string
  group: 'Nodes' | 'Edit' | 'View'
  /** Allowed in a read-only editor. */
  reads?: true
}

export const SHORTCUTS = {
  open: { keys: ['Enter'], does: 'Settings of the node', group: 'Nodes', reads: true },
  connect: { keys: ['C'], does: 'Connect the inputs of the node', group: 'Nodes' },
  rename: { keys: ['F2'], does: 'Rename the node', group: 'Nodes' },
  left: { keys: ['ArrowLeft', 'Shift+ArrowLeft'], does: 'Move to the left (with Shift: far)', group: 'Nodes' },
  right: { keys: ['ArrowRight', 'Shift+ArrowRight'], does: 'Move to the right', group: 'Nodes' },
  up: { keys: ['ArrowUp', 'Shift+ArrowUp'], does: 'Move up', group: 'Nodes' },
  down: { keys: ['ArrowDown', 'Shift+ArrowDown'], does: 'Move down', group: 'Nodes' },
  toggle: { keys: ['Space'], does: 'Select the node, or not', group: 'Nodes', reads: true },
  search: { keys: ['/', 'A'], does: 'Find a node to add', group: 'Nodes' },
  undo: { keys: ['Mod+Z'], does: 'Undo', group: 'Edit' },
  redo: { keys: ['Mod+Shift+Z', 'Mod+Y'], does: 'Redo', group: 'Edit' },
  duplicate: { keys: ['Mod+D'], does: 'Duplicate', group: 'Edit' },
  remove: { keys: ['Delete', 'Backspace'], does: 'Delete', group: 'Edit' },
  all: { keys: ['Mod+A'], does: 'Select all', group: 'Edit', reads: true },
  none: { keys: ['Escape'], does: 'Select nothing', group: 'Edit', reads: true },
  save: { keys: ['Mod+S'], does: 'Save now', group: 'Edit' },
  fit: { keys: ['1'], does: 'Show all', group: 'View', reads: true },
  focus: { keys: ['2'], does: 'Show the selection', group: 'View', reads: true },
  closer: { keys: ['+', '=', 'Shift++'], does: 'Zoom in', group: 'View', reads: true },
  farther: { keys: ['-'], does: 'Zoom out', group: 'View', reads: true },
  tidy: { keys: ['L'], does: 'Tidy up', group: 'View' },
  map: { keys: ['M'], does: 'Show the map', group: 'View', reads: true },
  help: { keys: ['?', 'Shift+?'], does: 'This list', group: 'View', reads: true },
} as const satisfies Record<string, Shortcut>

export type ShortcutName = keyof typeof SHORTCUTS

const byKeys = new Map<string, ShortcutName>()
for (const [name, { keys }] of Object.entries(SHORTCUTS))
  for (const each of keys) byKeys.set(each, name as ShortcutName)

interface KeyPress {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

/** `Mod+Shift+Z`, `ArrowUp`, `?`: Mod is Ctrl or ⌘. */
export function combinationOf({ key, ctrlKey, metaKey, shiftKey }: KeyPress): string {
  const name = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key
  return [ctrlKey || metaKey ? 'Mod' : '', shiftKey ? 'Shift' : '', name].filter(Boolean).join('+')
}

export function shortcutFor(press: KeyPress): ShortcutName | null {
  return press.altKey ? null : (byKeys.get(combinationOf(press)) ?? null)
}

const ARROWS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
}

/** A combination as the keyboard at hand labels it. */
export function spelled(combination: string): string {
  const mac = /Mac|iPhone|iPad/.test(navigator.userAgent)
  const keys = combination.split(/\+(?=.)/)
  return keys.map((key) => (key === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (ARROWS[key] ?? key))).join(mac ? '' : '+')
}

/** The entries of a menu inside a popover; arrow keys go up and down. */

import type { KeyboardEvent, ReactNode } from 'react'

import { Icon } from './Icon'
import type { IconName } from './icons'

export function Menu({ children }: { children: ReactNode }) {
  return (
    <div className="wf-menu" onKeyDown={walk}>
      {children}
    </div>
  )
}

interface MenuEntryProps {
  icon: IconName
  keys?: string
  disabled?: boolean
  onSelect(): void
  children: ReactNode
}

export function MenuEntry({ icon, keys, disabled, onSelect, children }: MenuEntryProps) {
  return (
    <button type="button" role="menuitem" className="wf-menu-entry" disabled={disabled} onClick={onSelect}>
      <Icon name={icon} />
      <span>{children}</span>
      {keys && <kbd className="wf-kbd">{keys}</kbd>}
    </button>
  )
}

/** Moves the focus among the buttons of the element that hears the key. */
export function walk(event: KeyboardEvent<HTMLElement>): void {
  const forward = event.key === 'ArrowDown'
  if (!forward && event.key !== 'ArrowUp') return
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled)')]
  const at = entries.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 && !forward ? entries.length - 1 : at + (forward ? 1 : -1)
  entries[(next + entries.length) % entries.length]?.focus()
  event.preventDefault()
}

/** A small panel below its button; a click elsewhere or Escape closes it. */

import { useEffect, useId, useRef, useState, type ReactNode } from 'react'

import { classes } from './classes'

interface PopoverProps {
  /** Draws the button; it must spread what it is given. */
  button: (props: PopoverButton) => ReactNode
  label: string
  align?: 'start' | 'end'
  role?: 'dialog' | 'menu'
  children: (close: () => void) => ReactNode
}

export interface PopoverButton {
  'aria-expanded': boolean
  'aria-haspopup': 'dialog' | 'menu'
  'aria-controls': string | undefined
  onClick(): void
}

export function Popover({ button, label, align = 'start', role = 'dialog', children }: PopoverProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const id = useId()
  useEffect(() => {
    if (!open) return
    const first = panel.current?.querySelector<HTMLElement>('input, textarea, select, button')
    first?.focus()
    const outside = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside, true)
    return () => document.removeEventListener('pointerdown', outside, true)
  }, [open])
  const close = (): void => {
    setOpen(false)
    root.current?.querySelector<HTMLElement>('button')?.focus()
  }
  return (
    <div
      ref={root}
      className="wf-popover-root"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return
        event.stopPropagation()
        close()
      }}
    >
      {button({
        'aria-expanded': open,
        'aria-haspopup': role,
        'aria-controls': open ? id : undefined,
        onClick: () => setOpen(!open),
      })}
      {open && (
        <div
          ref={panel}
          id={id}
          role={role}
          aria-label={label}
          className={classes('wf-popover', `wf-popover-${align}`)}
        >
          {children(close)}
        </div>
      )}
    </div>
  )
}

/** A window above the editor: the focus stays in it, Escape closes it. On phones a sheet. */

import { useId, useLayoutEffect, useRef, type KeyboardEvent, type ReactNode } from 'react'

import { IconButton } from './Button'

export interface DialogProps {
  title: string
  /** What stands beside the title. */
  aside?: ReactNode
  /** Asked for by Escape, the cross and a press beside the window. */
  onClose(): void
  closeLabel?: string
  closeIcon?: 'x' | 'minus'
  children: ReactNode
  /** Buttons, in a row that stays in sight. */
  actions?: ReactNode
  size?: 'small' | 'medium' | 'large'
  onKeyDown?(event: KeyboardEvent): void
}

/** Opens when it is drawn; the focus goes back to where it was when it is gone. */
export function Dialog(props: DialogProps): ReactNode {
  const { title, aside, onClose, closeLabel = 'Close', closeIcon = 'x', children, actions, size = 'medium', onKeyDown } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    if (element) firstPlace(element).focus()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className="wf-dialog"
      data-size={size}
      aria-modal="true"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onKeyDown={(event) => {
        // The canvas below listens for keys of its own.
        event.stopPropagation()
        onKeyDown?.(event)
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className="wf-dialog-window">
        <header className="wf-dialog-head">
          <h2 id={titleId} tabIndex={-1}>
            {title}
          </h2>
          {aside}
          <span className="wf-grow" />
          <IconButton icon={closeIcon} label={closeLabel} onClick={onClose} />
        </header>
        <div className="wf-dialog-body">{children}</div>
        {actions && <footer className="wf-dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  )
}

/** The first thing to fill in; under a thumb the title, for a keyboard would cover the rest. */
function firstPlace(dialog: HTMLElement): HTMLElement {
  const isTouch = matchMedia('(pointer: coarse)').matches
  const control = isTouch ? null : dialog.querySelector<HTMLElement>('.wf-dialog-body :is(input, textarea, select)')
  return control ?? dialog.querySelector<HTMLElement>('h2') ?? dialog
}

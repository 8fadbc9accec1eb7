/** A part of a panel that can be folded away. */

import type { ReactNode } from 'react'

import { classes } from './classes'
import { Icon } from './Icon'

interface SectionProps {
  title: string
  /** What can be told of it while it is closed. */
  hint?: string
  open?: boolean
  className?: string
  children: ReactNode
}

export function Section({ title, hint, open = false, className, children }: SectionProps) {
  return (
    <details className={classes('wf-section', className)} open={open || undefined}>
      <summary>
        <Icon name="chevron-right" size={14} />
        <span>{title}</span>
        {hint && <small>{hint}</small>}
      </summary>
      <div className="wf-section-body">{children}</div>
    </details>
  )
}

/** A part of a panel that can be folded away. */

import type { ReactNode } from 'react'

import { Icon } from './Icon'

interface SectionProps {
  title: string
  /** What can be told of it while it is closed. */
  hint?: string
  open?: boolean
  children: ReactNode
}

export function Section({ title, hint, open = false, children }: SectionProps) {
  return (
    <details className="wf-section" open={open || undefined}>
      <summary>
        <Icon name="chevron-right" size={14} />
        <span>{title}</span>
        {hint && <small>{hint}</small>}
      </summary>
      <div className="wf-section-body">{children}</div>
    </details>
  )
}

/** A state as a coloured pill. */

import type { ReactNode } from 'react'

import { Icon } from '../parts/Icon'
import type { Look } from './runStates'

export function Badge({ look, children }: { look: Look; children?: ReactNode }): ReactNode {
  return (
    <span className="wf-badge" data-tone={look.tone}>
      <Icon name={look.icon} size={13} className={look.icon === 'spinner' ? 'wf-spin' : ''} />
      {look.label}
      {children && <span className="wf-badge-more">{children}</span>}
    </span>
  )
}

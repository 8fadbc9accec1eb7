/** Where a list of the server would stand, in an editor without one. */

import type { ReactNode } from 'react'

import { Icon } from '../parts/Icon'
import type { IconName } from '../parts/icons'

export function NoServer({ icon, what }: { icon: IconName; what: string }): ReactNode {
  return (
    <div className="wf-nothing">
      <Icon name={icon} size={22} />
      <p>{what} are kept by the server, and this editor has none.</p>
    </div>
  )
}

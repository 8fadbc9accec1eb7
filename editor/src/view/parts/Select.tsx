/** The browser's own choice list, in the editor's look. */

import type { SelectHTMLAttributes } from 'react'

import { classes } from './classes'
import { Icon } from './Icon'

export function Select({ className, children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={classes('wf-select', className)}>
      <select className="wf-input" {...rest}>
        {children}
      </select>
      <Icon name="chevron-down" size={14} />
    </span>
  )
}

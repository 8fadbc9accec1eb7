/** A button: with words, or with an icon alone. */

import type { ButtonHTMLAttributes, Ref } from 'react'

import { classes } from './classes'
import { Icon } from './Icon'
import type { IconName } from './icons'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'plain' | 'ghost' | 'danger'
  size?: 'small' | 'medium'
  icon?: IconName
  ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', size = 'medium', icon, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={classes('wf-button', `wf-button-${look}`, size === 'small' && 'wf-button-small', className)}
      {...rest}
    >
      {icon && <Icon name={icon} size={size === 'small' ? 14 : 16} />}
      {children}
    </button>
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children'> {
  icon: IconName
  /** What it does, for the pointer's tip and the screen reader. */
  label: string
  /** The keys that do the same, shown in the tip. */
  keys?: string
}

export function IconButton({ icon, label, keys, look = 'ghost', size, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={classes(
        'wf-button wf-icon-button',
        `wf-button-${look}`,
        size === 'small' && 'wf-button-small',
        className,
      )}
      aria-label={label}
      title={keys ? `${label} (${keys})` : label}
      {...rest}
    >
      <Icon name={icon} size={size === 'small' ? 14 : 16} />
    </button>
  )
}

/** A small drawing that takes the colour of the text around it. */

import { ICONS, type IconName } from './icons'

interface IconProps {
  /** An unknown name, as a custom node type may give, is drawn as a box. */
  name: IconName | (string & {})
  size?: number
  className?: string
  /** Without it the icon says nothing to a screen reader. */
  title?: string
}

export function Icon({ name, size = 16, className, title }: IconProps) {
  const path = Object.hasOwn(ICONS, name) ? ICONS[name as IconName] : ICONS.box
  return (
    <svg
      className={className ? `wf-icon ${className}` : 'wf-icon'}
      width={size}
      height={size}
      data-icon={name}
      viewBox="0 0 20 20"
      role={title ? 'img' : undefined}
      aria-label={title}
      aria-hidden={title ? undefined : true}
    >
      <path d={path} />
    </svg>
  )
}

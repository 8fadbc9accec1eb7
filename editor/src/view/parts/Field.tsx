/** A labelled place for one control, with its help and what is wrong with its value. */

import { useId, type ReactNode } from 'react'

import { classes } from './classes'

/** What ties a control to its label and messages. */
export interface FieldLinks {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

interface FieldProps {
  label: ReactNode
  help?: ReactNode
  error?: string | null
  /** Stands at the end of the label's line. */
  aside?: ReactNode
  inline?: boolean
  children: (links: FieldLinks) => ReactNode
}

export function Field({ label, help, error, aside, inline, children }: FieldProps) {
  const id = useId()
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ')
  return (
    <div className={classes('wf-field', inline && 'wf-field-inline')}>
      <div className="wf-field-head">
        <label className="wf-label" htmlFor={id}>
          {label}
        </label>
        {aside}
      </div>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p className="wf-field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {help && (
        <p className="wf-field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  )
}

/** A labelled group of several controls. */
export function FieldGroup({
  label,
  help,
  aside,
  children,
}: {
  label: string
  help?: string
  aside?: ReactNode
  children: ReactNode
}) {
  const id = useId()
  return (
    <div className="wf-field" role="group" aria-labelledby={id} aria-describedby={help ? `${id}-help` : undefined}>
      <div className="wf-field-head">
        <span className="wf-label" id={id}>
          {label}
        </span>
        {aside}
      </div>
      {children}
      {help && (
        <p className="wf-field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  )
}

/** Several lines of text in a box that grows with them. */

import { useLayoutEffect, useRef, type TextareaHTMLAttributes } from 'react'

import { classes } from './classes'

const TALLEST = 320

export function TextArea({ className, value, rows = 3, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const box = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    const area = box.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight + 2, TALLEST)}px`
  }, [value])
  return (
    <textarea ref={box} className={classes('wf-input wf-textarea', className)} value={value} rows={rows} {...rest} />
  )
}

/** Copies a value, and says that it did. */

import { useEffect, useRef, useState, type ReactNode } from 'react'

import { Button } from '../parts/Button'
import { copy } from './copying'

const SHOWN_MS = 1600

interface CopyButtonProps {
  /** What is copied, made only when it is. */
  text: () => string
  /** What it is, for the screen reader. */
  what: string
  label?: string
}

export function CopyButton({ text, what, label = 'Copy' }: CopyButtonProps): ReactNode {
  const [said, setSaid] = useState<'Copied' | 'Not allowed' | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (said === null) return
    const timer = setTimeout(() => setSaid(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [said])
  const onClick = async (): Promise<void> => {
    if (button.current) setSaid((await copy(text(), button.current)) ? 'Copied' : 'Not allowed')
  }
  return (
    <Button
      ref={button}
      look="ghost"
      size="small"
      icon={said === 'Copied' ? 'check' : 'copy'}
      aria-label={said ? `${said}: ${what}` : `Copy ${what}`}
      aria-live="polite"
      className="wf-copy"
      onClick={() => void onClick()}
    >
      {said ?? label}
    </Button>
  )
}

/** Text that is being typed: kept as it is typed, handed on only while it means something. */

import { useEffect, useState } from 'react'

import type { Json } from '../../../model/types'
import type { Reading } from '../jsonText'

interface Draft {
  text: string
  error: string | null
  onText(text: string): void
  /** Spells what was typed anew, when it is valid. */
  onBlur(): void
}

interface DraftOptions {
  value: Json | undefined
  write(value: Json | undefined): string
  read(text: string): Reading
  onChange(value: Json | undefined): void
}

/** What is invalid stays in sight with its problem, and the stored value stays as it was. */
export function useDraft({ value, write, read, onChange }: DraftOptions): Draft {
  const [typed, setTyped] = useState<string | null>(null)
  const stored = JSON.stringify(value)
  useEffect(() => {
    setTyped((text) => {
      const reading = text === null ? null : read(text)
      return reading?.ok && JSON.stringify(reading.value) === stored ? text : null
    })
    // Only a change from elsewhere takes the place of what is typed.
  }, [stored])
  const reading = typed === null ? null : read(typed)
  return {
    text: typed ?? write(value),
    error: reading && !reading.ok ? reading.problem : null,
    onText: (text) => {
      setTyped(text)
      const next = read(text)
      if (next.ok && JSON.stringify(next.value) !== stored) onChange(next.value)
    },
    onBlur: () => {
      if (reading?.ok) setTyped(null)
    },
  }
}

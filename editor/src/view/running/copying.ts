/** Putting a value on the clipboard. */

import type { Json } from '../../model/types'

/** A text as it is, all else as indented JSON. */
export function copyText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/** Whether it worked: a browser may refuse. `near` must be in the page. */
export async function copy(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text, near)
  }
}

/** Over plain HTTP there is no clipboard, but a selection can still be copied. */
function copyBySelection(text: string, near: HTMLElement): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'wf-visually-hidden'
  near.append(area)
  area.select()
  const worked = document.execCommand('copy')
  area.remove()
  near.focus()
  return worked
}

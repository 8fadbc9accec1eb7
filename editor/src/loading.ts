/** What an element shows before there is an editor in it. */

import { errorOf } from './store/execution'

/** Says that the workflow is on its way. */
export function showLoading(element: HTMLElement): void {
  element.replaceChildren(notice(paragraph('Loading the workflow…', 'status')))
}

/** Says why there is no editor, and offers to try again. */
export function showFailure(element: HTMLElement, error: unknown, retry: () => void): void {
  const { message, hint } = errorOf(error)
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Try again'
  button.addEventListener('click', retry)
  const parts = [paragraph(`The workflow could not be loaded: ${message}`, 'alert')]
  if (hint) parts.push(paragraph(hint))
  element.replaceChildren(notice(...parts, button))
}

function notice(...parts: HTMLElement[]): HTMLElement {
  const box = document.createElement('div')
  box.className = 'wf-notice'
  box.append(...parts)
  return box
}

function paragraph(text: string, role?: string): HTMLElement {
  const made = document.createElement('p')
  made.textContent = text
  if (role) made.role = role
  return made
}

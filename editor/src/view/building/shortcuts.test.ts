import { expect, test } from 'vitest'

import { combinationOf, shortcutFor, SHORTCUTS, type Shortcut } from './shortcuts'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
})

test('a key press is found whatever the case of its letter', () => {
  expect(shortcutFor(press('z', { ctrlKey: true }))).toBe('undo')
  expect(shortcutFor(press('Z', { metaKey: true, shiftKey: true }))).toBe('redo')
  expect(shortcutFor(press('?', { shiftKey: true }))).toBe('help')
  expect(shortcutFor(press(' '))).toBe('toggle')
})

test('a key with Alt, or one that means nothing, is nobody’s', () => {
  expect(shortcutFor(press('z', { ctrlKey: true, altKey: true }))).toBeNull()
  expect(shortcutFor(press('q'))).toBeNull()
  expect(shortcutFor(press('l', { ctrlKey: true }))).toBeNull()
})

test('no combination has two meanings', () => {
  const keys = Object.values<Shortcut>(SHORTCUTS).flatMap((shortcut) => shortcut.keys)
  expect(new Set(keys).size).toBe(keys.length)
  expect(combinationOf(press('ArrowUp', { shiftKey: true }))).toBe('Shift+ArrowUp')
})

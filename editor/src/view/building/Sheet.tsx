/** A side panel; on a narrow editor a sheet that comes from below and is drawn down to close. */

import { useRef, type PointerEvent, type ReactNode } from 'react'

import { IconButton } from '../parts/Button'
import { useDesk, useDeskState } from '../context'
import type { Panel } from '../desk'

/** Drawn down by so much, a sheet closes. */
const FAR_ENOUGH = 70

export function Sheet({ panel, label, children }: { panel: Panel; label: string; children: ReactNode }) {
  const desk = useDesk()
  const open = useDeskState((s) => s[panel])
  const narrow = useDeskState((s) => s.narrow)
  const sheet = useRef<HTMLDivElement>(null)
  const grip = useGrip(sheet, () => desk.toggle(panel, false))
  if (!open) return null
  if (!narrow) return <div className={`wf-side wf-side-${panel}`}>{children}</div>
  return (
    <div
      ref={sheet}
      className={`wf-sheet wf-sheet-${panel}`}
      role="dialog"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        desk.toggle(panel, false)
      }}
    >
      <div className="wf-sheet-grip" {...grip}>
        <i />
        <IconButton size="small" icon="x" label={`Close: ${label}`} onClick={() => desk.toggle(panel, false)} />
      </div>
      {children}
    </div>
  )
}

function useGrip(sheet: React.RefObject<HTMLDivElement | null>, close: () => void) {
  const from = useRef<number | null>(null)
  const drawn = (event: PointerEvent): number => (from.current === null ? 0 : Math.max(0, event.clientY - from.current))
  const settle = (): void => {
    from.current = null
    if (sheet.current) sheet.current.style.translate = ''
  }
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if ((event.target as Element).closest('button')) return
      from.current = event.clientY
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: (event: PointerEvent) => {
      if (from.current !== null && sheet.current) sheet.current.style.translate = `0 ${drawn(event)}px`
    },
    onPointerUp: (event: PointerEvent) => {
      const far = drawn(event) > FAR_ENOUGH
      settle()
      if (far) close()
    },
    onPointerCancel: settle,
  }
}

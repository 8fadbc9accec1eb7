/** Whether what is on the canvas is saved. */

import type { ReactNode } from 'react'

import { ownOf } from '../../store/canvas'
import type { SavingState } from '../../store/types'
import { useEditor, useEditorState } from '../context'
import { Icon } from '../parts/Icon'
import type { IconName } from '../parts/icons'
import { runningViewOf } from './runningView'

interface SavingLook {
  label: string
  tone: 'quiet' | 'busy' | 'bad' | 'waiting'
  icon: IconName
}

const LOOKS: Record<SavingState, SavingLook> = {
  saved: { label: 'Saved', tone: 'quiet', icon: 'check' },
  dirty: { label: 'Unsaved', tone: 'quiet', icon: 'edit' },
  saving: { label: 'Saving…', tone: 'busy', icon: 'spinner' },
  error: { label: 'Not saved', tone: 'bad', icon: 'alert' },
  conflict: { label: 'Conflict', tone: 'waiting', icon: 'warning' },
}

export function SavingBadge(): ReactNode {
  const editor = useEditor()
  const { state, error } = useEditorState((shown) => shown.saving)
  const isReadOnly = useEditorState((shown) => ownOf(shown).readOnly)
  if (isReadOnly) return <Label look={{ label: 'Read only', tone: 'quiet', icon: 'eye' }} />
  const look = LOOKS[state]
  switch (state) {
    case 'saved':
    case 'saving':
      return <Label look={look} />
    case 'dirty':
      return <Press look={look} title="Save now" onPress={() => void editor.actions.saveNow()} />
    case 'error':
      return <Press look={look} more="Retry" title={error?.message ?? 'Saving failed.'} onPress={() => void editor.actions.saveNow()} />
    case 'conflict':
      return (
        <Press
          look={look}
          more="Resolve"
          title="Somebody else saved this workflow"
          onPress={() => runningViewOf(editor).setState({ conflictLeft: false })}
        />
      )
  }
}

function Label({ look }: { look: SavingLook }): ReactNode {
  return (
    <span className="wf-saving" data-tone={look.tone} role="status">
      <Face look={look} />
    </span>
  )
}

interface PressProps {
  look: SavingLook
  more?: string
  title: string
  onPress(): void
}

function Press({ look, more, title, onPress }: PressProps): ReactNode {
  return (
    <button type="button" className="wf-saving" data-tone={look.tone} title={title} onClick={onPress}>
      <Face look={look} />
      {more && <strong>{more}</strong>}
    </button>
  )
}

function Face({ look }: { look: SavingLook }): ReactNode {
  return (
    <>
      <Icon name={look.icon} size={14} className={look.icon === 'spinner' ? 'wf-spin' : ''} />
      <span className="wf-saving-label">{look.label}</span>
    </>
  )
}

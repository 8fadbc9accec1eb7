/** What is reviewed: a text or JSON to edit, or a value to look at. */

import { useId, useState, type ReactNode } from 'react'

import type { Json } from '../../model/types'
import { Button } from '../parts/Button'
import { Markdown } from '../parts/Markdown'
import { reviewText, type ReviewKind } from './reviewDraft'
import { ValueView } from './ValueView'
import { looksLikeMarkdown } from './valueKinds'

interface ReviewDataProps {
  kind: ReviewKind
  data: Json | undefined
  text: string
  problem: string | null
  onChange(text: string): void
}

export function ReviewData({ kind, data, text, problem, onChange }: ReviewDataProps): ReactNode {
  const [isPreview, setPreview] = useState(() => kind === 'text' && looksLikeMarkdown(text))
  const id = useId()
  if (kind === 'nothing') return null
  if (kind === 'fixed') {
    return (
      <div className="wf-value-body">
        <ValueView name="Reviewed" value={data} />
      </div>
    )
  }
  const isEdited = text !== reviewText(data)
  return (
    <div className="wf-review-data">
      <div className="wf-field-head">
        <label className="wf-label" htmlFor={id}>
          {kind === 'text' ? 'Text' : 'Data (JSON)'}
        </label>
        {isEdited && <span className="wf-note">Edited</span>}
        <span className="wf-grow" />
        {isEdited && (
          <Button look="ghost" size="small" icon="undo" onClick={() => onChange(reviewText(data))}>
            Undo edits
          </Button>
        )}
        {kind === 'text' && (
          <Button look="ghost" size="small" icon={isPreview ? 'edit' : 'eye'} onClick={() => setPreview(!isPreview)}>
            {isPreview ? 'Edit' : 'Preview'}
          </Button>
        )}
      </div>
      {isPreview ? (
        <div className="wf-value-body wf-review-preview">
          <Markdown text={text} />
        </div>
      ) : (
        <textarea
          id={id}
          className={`wf-input wf-textarea wf-review-text${kind === 'json' ? ' wf-code' : ''}`}
          value={text}
          spellCheck={kind === 'text'}
          aria-invalid={problem !== null || undefined}
          aria-describedby={problem ? `${id}-error` : undefined}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {problem && (
        <p className="wf-field-error" id={`${id}-error`} role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

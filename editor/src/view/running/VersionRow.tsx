/** One version in the list, with what can be done with it. */

import { useState, type ReactNode } from 'react'

import type { Version } from '../../wire/types'
import { Button, IconButton } from '../parts/Button'
import { agoText } from './runTimes'

interface VersionRowProps {
  version: Version
  isNewest: boolean
  isPublished: boolean
  isReadOnly: boolean
  onRename(label: string): void
  onCompare(): void
  onPublish(): void
}

export function VersionRow({ version, isNewest, isPublished, isReadOnly, onRename, onCompare, onPublish }: VersionRowProps): ReactNode {
  const [isNaming, setNaming] = useState(false)
  const created = Date.parse(version.createdAt)
  return (
    <div className="wf-version" data-published={isPublished || undefined}>
      <div className="wf-list-line">
        <strong>Version {version.number}</strong>
        {isNewest && <span className="wf-mark">newest</span>}
        {isPublished && (
          <span className="wf-mark" data-tone="good">
            published
          </span>
        )}
        <span className="wf-grow" />
        <time dateTime={version.createdAt} title={new Date(created).toLocaleString()} className="wf-note">
          {agoText(created, Date.now())}
        </time>
      </div>
      {isNaming ? (
        <LabelInput
          label={version.label}
          onDone={(label) => {
            setNaming(false)
            if (label !== version.label) onRename(label)
          }}
        />
      ) : (
        version.label && <p className="wf-version-label">{version.label}</p>
      )}
      <div className="wf-list-line wf-note">
        <span>{version.author ?? 'unknown author'}</span>
        <span>{version.nodeCount === 1 ? '1 node' : `${version.nodeCount} nodes`}</span>
        <span className="wf-grow" />
        <span className="wf-version-actions">
          {!isReadOnly && <IconButton icon="edit" size="small" label={`Name version ${version.number}`} onClick={() => setNaming(true)} />}
          <Button look="ghost" size="small" icon="eye" onClick={onCompare}>
            Compare
          </Button>
          {!isReadOnly && !isPublished && (
            <Button look="ghost" size="small" icon="upload" onClick={onPublish}>
              Publish
            </Button>
          )}
        </span>
      </div>
    </div>
  )
}

/** Enter keeps what was typed, Escape what was there. */
function LabelInput({ label, onDone }: { label: string; onDone(label: string): void }): ReactNode {
  const [text, setText] = useState(label)
  return (
    <input
      className="wf-input"
      autoFocus
      aria-label="Name of the version"
      placeholder="What this version is"
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => onDone(text.trim())}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') onDone(text.trim())
        else if (event.key === 'Escape') onDone(label)
      }}
    />
  )
}

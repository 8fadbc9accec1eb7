/** An image: by its address, or a file that is sent along. */

import { useRef, useState, type ReactNode } from 'react'

import { Button, IconButton } from './Button'
import type { FieldLinks } from './Field'

const KINDS = 'image/png,image/jpeg,image/gif,image/webp'
const LARGEST_MB = 20

interface ImageInputProps {
  links: FieldLinks
  value: string
  readOnly?: boolean
  /** Of a file, in megabytes. */
  largest?: number
  onChange(value: string): void
}

export function ImageInput({ links, value, readOnly, largest = LARGEST_MB, onChange }: ImageInputProps): ReactNode {
  const chooser = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const isFile = value.startsWith('data:')
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return
    if (!KINDS.split(',').includes(file.type)) return setProblem('Choose a PNG, JPEG, GIF or WebP file.')
    if (file.size > largest * 1024 * 1024) return setProblem(`This file is larger than ${largest} MB.`)
    setProblem(null)
    onChange(await dataAddress(file))
  }
  return (
    <div className="wf-image-input">
      {isFile ? (
        <span className="wf-image-chosen">
          <img src={value} alt="The chosen file" />
          <span>{sizeText(value)}</span>
          {!readOnly && <IconButton icon="x" size="small" label="Remove the image" onClick={() => onChange('')} />}
        </span>
      ) : (
        <input
          {...links}
          className="wf-input"
          type="url"
          placeholder="https://"
          value={value}
          readOnly={readOnly}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {!readOnly && (
        <Button icon="upload" onClick={() => chooser.current?.click()}>
          File
        </Button>
      )}
      <input
        ref={chooser}
        type="file"
        accept={KINDS}
        hidden
        aria-label="Image file"
        onChange={(event) => {
          void read(event.currentTarget.files?.[0])
          event.currentTarget.value = ''
        }}
      />
      {problem && (
        <p className="wf-field-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

function dataAddress(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(new Error('The file cannot be read.', { cause: reader.error }))
    reader.readAsDataURL(file)
  })
}

/** Of the file, not of its text, which is a third longer. */
function sizeText(address: string): string {
  const bytes = (address.length - address.indexOf(',')) * 0.75
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

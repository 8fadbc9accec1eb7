/** The size of an image: one of the usual ones, or width and height. */

import type { Json } from '../../../model/types'
import { Field } from '../../parts/Field'
import { Select } from '../../parts/Select'
import type { ControlProps } from './control'
import { NumberInput } from './NumberInput'
import { textOf } from './TextControl'

const PRESETS: Record<string, string> = {
  '1024x1024': 'Square, 1024 × 1024',
  '1536x1024': 'Landscape, 1536 × 1024',
  '1024x1536': 'Portrait, 1024 × 1536',
  '512x512': 'Small, 512 × 512',
  '256x256': 'Thumbnail, 256 × 256',
}
const CUSTOM = 'custom'
const LARGEST = 8192

export function ImageSizeControl({ field, value, readOnly, onChange }: ControlProps) {
  const size = value && typeof value === 'object' && !Array.isArray(value) ? value : {}
  const isCustom = size.mode === CUSTOM
  const preset = isCustom ? CUSTOM : textOf(size.preset)
  const choose = (next: string): void => {
    if (next === '') onChange(undefined)
    else if (next === CUSTOM) onChange({ mode: CUSTOM, width: 1024, height: 1024 })
    else onChange({ mode: 'preset', preset: next })
  }
  const side = (name: 'width' | 'height') => (length: Json | undefined) => {
    if (length !== undefined) onChange({ ...size, mode: CUSTOM, [name]: length })
  }
  return (
    <>
      <Field label={field.label} help={field.help}>
        {(links) => (
          <Select {...links} value={preset} disabled={readOnly} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">Default, 1024 × 1024</option>
            {preset !== '' && preset !== CUSTOM && !(preset in PRESETS) && <option value={preset}>{preset}</option>}
            {Object.entries(PRESETS).map(([each, label]) => (
              <option key={each} value={each}>
                {label}
              </option>
            ))}
            <option value={CUSTOM}>Custom…</option>
          </Select>
        )}
      </Field>
      {isCustom && (
        <div className="wf-pair">
          <NumberInput
            label="Width"
            unit="px"
            minimum={1}
            maximum={LARGEST}
            whole
            value={size.width}
            readOnly={readOnly}
            onChange={side('width')}
          />
          <NumberInput
            label="Height"
            unit="px"
            minimum={1}
            maximum={LARGEST}
            whole
            value={size.height}
            readOnly={readOnly}
            onChange={side('height')}
          />
        </div>
      )}
    </>
  )
}

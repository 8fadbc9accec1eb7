/** A number on a scale, which may also be left open: Auto. */

import { Field } from '../../parts/Field'
import type { ControlProps } from './control'

export function SliderControl({ field, value, readOnly, onChange }: ControlProps) {
  const { minimum = 0, maximum = 1, increment = 0.1 } = field
  const isSet = typeof value === 'number'
  const shown = isSet ? value : (minimum + maximum) / 2
  const auto = (
    <button
      type="button"
      className="wf-auto"
      aria-pressed={!isSet}
      disabled={readOnly}
      onClick={() => onChange(isSet ? undefined : rounded(shown))}
    >
      Auto
    </button>
  )
  return (
    <Field label={field.label} help={field.help} aside={auto}>
      {(links) => (
        <span className="wf-slider" data-auto={!isSet || undefined}>
          <input
            {...links}
            type="range"
            min={minimum}
            max={maximum}
            step={increment}
            value={shown}
            disabled={readOnly}
            aria-valuetext={isSet ? undefined : 'Auto'}
            style={{ '--wf-share': `${(100 * (shown - minimum)) / (maximum - minimum)}%` } as React.CSSProperties}
            onChange={(event) => onChange(rounded(event.currentTarget.valueAsNumber))}
          />
          <output className="wf-slider-value">{isSet ? value : '–'}</output>
        </span>
      )}
    </Field>
  )
}

function rounded(value: number): number {
  return Number(value.toFixed(6))
}

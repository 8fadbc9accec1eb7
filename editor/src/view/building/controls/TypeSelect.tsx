/** The data type of a field; a custom one is kept. */

import { Select } from '../../parts/Select'
import { DATA_TYPES, typeColour, typeLabel } from '../typeColour'

interface TypeSelectProps {
  value: string
  label: string
  disabled: boolean
  onChange(dataType: string): void
}

export function TypeSelect({ value, label, disabled, onChange }: TypeSelectProps) {
  const types = DATA_TYPES.includes(value) ? DATA_TYPES : [...DATA_TYPES, value]
  return (
    <span className="wf-type-select" style={{ '--wf-port': typeColour(value) } as React.CSSProperties}>
      <Select
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {types.map((each) => (
          <option key={each} value={each}>
            {typeLabel(each)}
          </option>
        ))}
      </Select>
    </span>
  )
}

/** What becomes of a node that fails or takes long. */

import type { Json, NodeType } from '../../model/types'
import { Section } from '../parts/Section'
import { NumberInput } from './controls/NumberInput'

const LONGEST_SECONDS = 86_400
const MOST_RETRIES = 20

interface PolicyFormProps {
  type: NodeType
  value: Json | undefined
  readOnly: boolean
  onChange(value: Json | undefined): void
}

export function PolicyForm({ type, value, readOnly, onChange }: PolicyFormProps) {
  const policy = value && typeof value === 'object' && !Array.isArray(value) ? value : {}
  const usual = type.policy ?? {}
  const set = (key: string) => (next: Json | undefined) => {
    const { [key]: _, ...rest } = policy
    const changed = next === undefined ? rest : { ...rest, [key]: next }
    onChange(Object.keys(changed).length > 0 ? changed : undefined)
  }
  const seconds = { unit: 's', minimum: 0, above: true, maximum: LONGEST_SECONDS, readOnly }
  const goesOn = (policy.continueOnError ?? usual.continueOnError) === true
  return (
    <Section title="Time limit and retries" hint={told(policy)}>
      <div className="wf-pair">
        <NumberInput
          {...seconds}
          label="Time limit"
          placeholder={usualOf(usual.timeout, 'None')}
          value={policy.timeout}
          onChange={set('timeout')}
        />
        <NumberInput
          label="Retries"
          whole
          minimum={0}
          maximum={MOST_RETRIES}
          placeholder={usualOf(usual.retries, '0')}
          value={policy.retries}
          readOnly={readOnly}
          onChange={set('retries')}
        />
      </div>
      <div className="wf-pair">
        <NumberInput
          {...seconds}
          label="First pause"
          placeholder={usualOf(usual.backoff, '1')}
          value={policy.backoff}
          onChange={set('backoff')}
        />
        <NumberInput
          {...seconds}
          label="Longest pause"
          placeholder={usualOf(usual.longestBackoff, '60')}
          value={policy.longestBackoff}
          onChange={set('longestBackoff')}
        />
      </div>
      <label className="wf-check wf-check-line">
        <input
          type="checkbox"
          checked={goesOn}
          disabled={readOnly}
          onChange={() => set('continueOnError')(goesOn === (usual.continueOnError === true) ? !goesOn : undefined)}
        />
        <span>
          Go on when it fails
          <small>The run does not fail with it; what depends on it gets no value.</small>
        </span>
      </label>
    </Section>
  )
}

function usualOf(value: Json | undefined, otherwise: string): string {
  return value === undefined || value === null ? otherwise : String(value)
}

function told({ timeout, retries, continueOnError }: Record<string, Json>): string {
  const facts = [
    typeof timeout === 'number' && `${timeout} s`,
    typeof retries === 'number' && retries > 0 && `${retries} ×`,
    continueOnError === true && 'goes on',
  ]
  return facts.filter(Boolean).join(' · ')
}

/** The variables of the prompts: the type of each, and its value when it is not connected. */

import { rowsOf } from '../../../model/fields'
import type { Field } from '../../../model/types'
import { FieldGroup } from '../../parts/Field'
import { IconButton } from '../../parts/Button'
import { useEditorState } from '../../context'
import { asJson, changedRow } from '../fields'
import { portKey, wiredPorts } from '../portKeys'
import type { ControlProps } from './control'
import { DefaultValue } from './DefaultValue'
import { TypeSelect } from './TypeSelect'

export function VariablesControl({ node, field, value, readOnly, onChange }: ControlProps) {
  const wired = useEditorState((s) => wiredPorts(s.graph.edges))
  const rows = rowsOf(value)
  const used = node.ports.filter((port) => port.side === 'input').map((port) => port.id)
  const unused = rows.filter((row) => !used.includes(row.name))
  const change = (name: string, to: Partial<Field>): void => {
    const known = rows.some((row) => row.name === name)
    const all = known ? rows : [...rows, { name, dataType: 'string' }]
    onChange(asJson(all.map((row) => (row.name === name ? changedRow(row, to) : row))))
  }
  if (used.length + unused.length === 0) return null
  return (
    <FieldGroup label={field.label} help={field.help}>
      <ul className="wf-fieldrows">
        {used.map((name) => {
          const row = rows.find((each) => each.name === name) ?? { name, dataType: 'string' }
          const isWired = wired.has(portKey(node.id, 'input', name))
          return (
            <li key={name} className="wf-fieldrow">
              <div className="wf-fieldrow-line">
                <code className="wf-fieldrow-fixed">{name}</code>
                <TypeSelect
                  label={`Type of ${name}`}
                  value={row.dataType || 'string'}
                  disabled={readOnly}
                  onChange={(dataType) => change(name, { dataType, default: undefined })}
                />
              </div>
              {isWired && row.default === undefined ? (
                <p className="wf-fieldrow-facts wf-fieldrow-near">Connected</p>
              ) : (
                <div className="wf-fieldrow-options">
                  <DefaultValue
                    label={isWired ? 'When the connection gives nothing' : 'Value'}
                    row={row}
                    readOnly={readOnly}
                    onChange={(next) => change(name, { default: next })}
                  />
                </div>
              )}
            </li>
          )
        })}
        {unused.map((row) => (
          <li key={row.name} className="wf-fieldrow wf-fieldrow-unused">
            <div className="wf-fieldrow-line">
              <code className="wf-fieldrow-fixed">{row.name}</code>
              <span className="wf-tag">not used</span>
              {!readOnly && (
                <IconButton
                  size="small"
                  icon="x"
                  label={`Remove ${row.name}`}
                  onClick={() => onChange(asJson(rows.filter((each) => each !== row)))}
                />
              )}
            </div>
          </li>
        ))}
      </ul>
    </FieldGroup>
  )
}

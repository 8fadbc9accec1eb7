/** The tools that a model may use. */

import { FieldGroup } from '../../parts/Field'
import { classes } from '../../parts/classes'
import { Icon } from '../../parts/Icon'
import { walk } from '../../parts/Menu'
import { Popover } from '../../parts/Popover'
import { useEditorState } from '../../context'
import type { ControlProps } from './control'

export function ToolsControl({ field, value, readOnly, onChange }: ControlProps) {
  const offered = useEditorState((s) => s.catalog.tools)
  const chosen = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  const open = Object.entries(offered).filter(([name]) => !chosen.includes(name))
  const put = (names: string[]): void => onChange(names.length > 0 ? names : undefined)
  return (
    <FieldGroup label={field.label} help={field.help}>
      <ul className="wf-pills wf-tools">
        {chosen.map((name) => {
          const known = Object.hasOwn(offered, name)
          return (
            <li
              key={name}
              className={classes('wf-pill', 'wf-pill-tool', !known && 'wf-pill-bad')}
              title={known ? offered[name]?.description : 'This server does not offer this tool'}
            >
              <Icon name="tool" size={12} />
              {name}
              {!known && <span className="wf-visually-hidden"> (not offered)</span>}
              {!readOnly && (
                <button
                  type="button"
                  className="wf-pill-remove"
                  aria-label={`Take away ${name}`}
                  onClick={() => put(chosen.filter((each) => each !== name))}
                >
                  <Icon name="x" size={11} />
                </button>
              )}
            </li>
          )
        })}
        {chosen.length === 0 && readOnly && <li className="wf-empty">None</li>}
        {!readOnly && (
          <li>
            <Popover
              label="Tools on offer"
              button={(props) => (
                <button type="button" className="wf-pill wf-pill-add" {...props}>
                  <Icon name="plus" size={12} /> Add a tool
                </button>
              )}
            >
              {(close) => (
                <div className="wf-tool-list" onKeyDown={walk}>
                  {open.map(([name, { description }]) => (
                    <button
                      key={name}
                      type="button"
                      className="wf-tool"
                      onClick={() => {
                        put([...chosen, name])
                        close()
                      }}
                    >
                      <strong>{name}</strong>
                      <span>{description}</span>
                    </button>
                  ))}
                  {open.length === 0 && (
                    <p className="wf-empty">
                      {chosen.length > 0
                        ? 'All tools are chosen.'
                        : 'This server offers no tools. A workflow exposed as a tool becomes one.'}
                    </p>
                  )}
                </div>
              )}
            </Popover>
          </li>
        )}
      </ul>
    </FieldGroup>
  )
}

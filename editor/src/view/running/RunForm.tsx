/** Asks for the inputs of a run. */

import { useMemo, useRef, useState, type ReactNode, type SubmitEvent } from 'react'

import { ownOf } from '../../store/canvas'
import { useDesk, useEditor, useEditorState } from '../context'
import { Button } from '../parts/Button'
import { Dialog } from '../parts/Dialog'
import { initialDrafts, inputFields, readForm, withRemembered, type Draft } from './inputForm'
import { InputControl } from './InputControl'
import { runningViewOf } from './runningView'

export function RunForm(): ReactNode {
  const editor = useEditor()
  const desk = useDesk()
  const view = runningViewOf(editor)
  const graph = useEditorState((state) => ownOf(state).graph)
  const fields = useMemo(() => inputFields(graph), [graph])
  const [drafts, setDrafts] = useState(() => withRemembered(fields, view.getState().remembered))
  const [errors, setErrors] = useState<Record<string, string>>({})
  const form = useRef<HTMLFormElement>(null)

  const close = (): void => view.setState({ form: false })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const filled = readForm(fields, drafts)
    setErrors(filled.errors)
    const [wrong] = Object.keys(filled.errors)
    if (wrong !== undefined) {
      const at = fields.findIndex((field) => field.name === wrong)
      form.current?.querySelectorAll('[data-field]')[at]?.querySelector<HTMLElement>('input, textarea')?.focus()
      return
    }
    view.setState({ form: false, remembered: drafts })
    if (!desk.getState().narrow) desk.show('run')
    void editor.actions.run(filled.inputs)
  }
  const change = (name: string, draft: Draft): void => {
    const changed = { ...drafts, [name]: draft }
    setDrafts(changed)
    if (Object.hasOwn(errors, name)) {
      const { [name]: error } = readForm(fields, changed).errors
      const { [name]: _, ...others } = errors
      setErrors(error === undefined ? others : { ...others, [name]: error })
    }
  }
  return (
    <Dialog
      title="Run with inputs"
      onClose={close}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit()
      }}
      actions={
        <>
          {fields.length > 0 && (
            <Button look="ghost" onClick={() => setDrafts(initialDrafts(fields))}>
              Defaults
            </Button>
          )}
          <span className="wf-grow" />
          <Button onClick={close}>Close</Button>
          <Button look="primary" icon="play" onClick={() => form.current?.requestSubmit()} title="Ctrl+Enter">
            Run
          </Button>
        </>
      }
    >
      <form ref={form} className="wf-run-form" onSubmit={submit} noValidate>
        {fields.length === 0 && <p className="wf-note">This workflow asks for nothing: its Input node has no fields.</p>}
        {fields.map((field) => (
          <div key={field.name} data-field>
            <InputControl
              field={field}
              draft={drafts[field.name] ?? ''}
              error={errors[field.name]}
              onChange={(draft) => change(field.name, draft)}
            />
          </div>
        ))}
      </form>
    </Dialog>
  )
}

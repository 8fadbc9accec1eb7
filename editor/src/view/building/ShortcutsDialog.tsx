/** The keys of the editor, in a list. */

import { Dialog } from '../parts/Dialog'
import { useDesk } from '../context'
import { SHORTCUTS, spelled, type Shortcut } from './shortcuts'

const MORE: { group: Shortcut['group']; keys: string[]; does: string }[] = [
  { group: 'Nodes', keys: ['Tab'], does: 'To the next node' },
  { group: 'Edit', keys: ['Mod+C', 'Mod+X', 'Mod+V'], does: 'Copy, cut, paste' },
  { group: 'View', keys: ['Shift'], does: 'With the pointer: select all in a box, or one more' },
  { group: 'View', keys: ['Mod+Enter'], does: 'Run' },
]

export function ShortcutsDialog() {
  const desk = useDesk()
  const rows: { group: Shortcut['group']; keys: readonly string[]; does: string }[] = [
    ...Object.values<Shortcut>(SHORTCUTS).map(({ group, keys, does }) => ({ group, keys: keys.slice(0, 1), does })),
    ...MORE,
  ]
  return (
    <Dialog title="Keyboard shortcuts" size="large" onClose={() => desk.setState({ shortcuts: false })}>
      <div className="wf-shortcuts">
        {(['Nodes', 'Edit', 'View'] as const).map((group) => (
          <section key={group}>
            <h3 className="wf-overline">{group}</h3>
            <dl>
              {rows
                .filter((row) => row.group === group)
                .map(({ keys, does }) => (
                  <div key={does}>
                    <dt>{does}</dt>
                    <dd>
                      {keys.map((each) => (
                        <kbd key={each} className="wf-kbd">
                          {spelled(each)}
                        </kbd>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="wf-empty">The canvas is React Flow.</p>
    </Dialog>
  )
}

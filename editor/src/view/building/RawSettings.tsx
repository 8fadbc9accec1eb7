/** All settings of a node as they are stored. */

import type { Config, GraphNode, Json } from '../../model/types'
import { Section } from '../parts/Section'
import { useEditor } from '../context'
import { JsonControl } from './controls/JsonControl'
import { readObject } from './jsonText'

export function RawSettings({ node, open, readOnly }: { node: GraphNode; open: boolean; readOnly: boolean }) {
  const editor = useEditor()
  const put = (given: Json | undefined): void => {
    const value = given as Config
    const gone = Object.keys(node.data).filter((key) => !(key in value))
    editor.actions.updateNodeData(node.id, {
      ...Object.fromEntries(gone.map((key) => [key, undefined])),
      ...value,
    } as Config)
  }
  return (
    <Section title="Stored settings" open={open} hint="JSON">
      <JsonControl
        field={{ kind: 'json', label: 'All settings' }}
        value={node.data}
        readOnly={readOnly}
        read={readObject}
        onChange={put}
      />
      <p className="wf-fieldrow-facts">
        <code>{node.id}</code>
      </p>
    </Section>
  )
}

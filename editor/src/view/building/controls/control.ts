/** What every control of a setting is given. */

import type { ConfigField, GraphNode, Json } from '../../../model/types'
import type { FieldLinks } from '../../parts/Field'

export interface ControlProps {
  node: GraphNode
  /** The key of the setting in the node's config. */
  name: string
  field: ConfigField
  value: Json | undefined
  readOnly: boolean
  /** Undefined unsets it. */
  onChange(value: Json | undefined): void
}

/** Ties the control inside a field to its label. */
export type Links = FieldLinks

/** Which ports carry lists: by their type, or by the field they come from. */

import { rowsOf } from '../../model/fields'
import type { Config, NodeType, Port } from '../../model/types'

export function isListPort(port: Port, type: NodeType | undefined, data: Config): boolean {
  if (port.dataType === 'array') return true
  const rule = port.side === 'input' ? type?.inputs : type?.outputs
  if (rule?.rule !== 'fields') return port.side === 'output' && data.runPerItem === true
  const row = rowsOf(data[rule.key]).find((each) => each.name === port.id)
  return row?.multiple === true
}

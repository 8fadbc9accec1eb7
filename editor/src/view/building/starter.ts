/** The settings that a node is born with, so that it can be used at once. */

import type { Catalog, Config, NodeType, PortRule } from '../../model/types'

const ROW_NAMES: Record<string, string> = { input: 'input', output: 'result' }

/** What the defaults of the type leave open: a first field, and a model to ask. */
export function starterData(type: NodeType, catalog: Catalog): Config {
  const data: Config = {}
  for (const [key, field] of Object.entries(type.config)) {
    if (field.kind !== 'model' || field.default !== undefined) continue
    const first = modelsOf(catalog, field.family)[0]
    if (first !== undefined) data[key] = first
  }
  for (const rule of [type.inputs, type.outputs]) {
    if (rule.rule !== 'fields' || type.config[rule.key]?.default !== undefined) continue
    data[rule.key] = rowNames(type).map((name) => ({ name, dataType: rowType(type) }))
  }
  return data
}

/** The ids on offer for the family of a model setting. */
export function modelsOf(catalog: Catalog, family: string | undefined): string[] {
  return family === 'image' || family === 'imageGeneration' ? catalog.models.imageGeneration : catalog.models.llm
}

/** Settings with which a new node has a port that takes, or gives, this value; null when it cannot grow one. */
export function grownData(rule: PortRule, name: string, dataType: string): Config | null {
  const word = name.replace(/\W+/g, '_') || 'value'
  if (rule.rule === 'fields') return { [rule.key]: [{ name: word, dataType }] }
  if (rule.rule !== 'variables' || rule.keys[0] === undefined) return null
  const typed = dataType === 'string' ? {} : { [rule.types]: [{ name: word, dataType }] }
  return { [rule.keys[0]]: `{${word}}`, ...typed }
}

function rowNames(type: NodeType): string[] {
  const name = ROW_NAMES[type.type]
  return name ? [name] : ['a', 'b']
}

function rowType(type: NodeType): string {
  return type.type in ROW_NAMES ? 'string' : 'any'
}

/** How the ports of a node follow from its config, as the server derives them. */

import { rowsOf } from './fields'
import type { Config, NodeType, Port, PortRule, Side } from './types'
import { variablesIn } from './variables'

/** Ports of a node of this type, inputs first. */
export function derivePorts(nodeType: NodeType, config: Config): Port[] {
  return [...portsOf(nodeType.inputs, 'input', config), ...portsOf(nodeType.outputs, 'output', config)]
}

/** Ports of one side, in order; the first of two with one id counts. */
export function portsOf(rule: PortRule, side: Side, config: Config): Port[] {
  const ports = new Map<string, Port>()
  for (const port of everyPort(rule, side, config)) if (!ports.has(port.id)) ports.set(port.id, port)
  return [...ports.values()]
}

/** The data type of a port; one that says nothing takes anything. */
export function dataTypeOf(port: Port): string {
  return port.dataType ?? 'any'
}

function everyPort(rule: PortRule, side: Side, config: Config): Port[] {
  switch (rule.rule) {
    case 'fixed':
      return fixed(rule.ports, side)
    case 'typedBy':
      return fixed({ [rule.port]: typedBy(rule, config) }, side)
    case 'fields':
      return rowsOf(config[rule.key]).map(({ name, dataType }) => ({
        id: name,
        side,
        dataType: dataType || 'any',
        label: name,
      }))
    case 'variables': {
      const types = new Map(rowsOf(config[rule.types]).map((row) => [row.name, row.dataType]))
      return variablesIn(rule.keys.map((key) => config[key])).map((name) => ({
        id: name,
        side,
        dataType: types.get(name) || 'string',
        label: name,
      }))
    }
  }
}

function fixed(types: Record<string, string>, side: Side): Port[] {
  return Object.entries(types).map(([id, dataType]) => ({
    id,
    side,
    dataType,
    label: id.slice(0, 1).toUpperCase() + id.slice(1),
  }))
}

function typedBy(rule: Extract<PortRule, { rule: 'typedBy' }>, config: Config): string {
  const chosen = config[rule.key]
  const known = typeof chosen === 'string' && Object.hasOwn(rule.types, chosen)
  return (known ? rule.types[chosen] : undefined) ?? rule.default
}

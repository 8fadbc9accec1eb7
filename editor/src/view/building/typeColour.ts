/** The colour of a data type: a token for those we know, a stable hue for any other. */

const KNOWN = new Set(['string', 'number', 'boolean', 'json', 'array', 'image', 'any'])

/** A CSS colour, for `--wf-port` and the like. */
export function typeColour(dataType: string | undefined): string {
  const type = dataType ?? 'any'
  if (KNOWN.has(type)) return `var(--wf-type-${type})`
  return `hsl(${hueOf(type)} var(--wf-type-saturation) var(--wf-type-lightness))`
}

/** 0 to 359, the same for the same name. */
export function hueOf(name: string): number {
  let hash = 7
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 99_991
  return (hash * 47) % 360
}

const LABELS: Record<string, string> = {
  string: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  json: 'Object',
  array: 'List',
  image: 'Image',
  any: 'Anything',
}

/** What people call a data type; a custom one keeps its name. */
export function typeLabel(dataType: string | undefined): string {
  return LABELS[dataType ?? 'any'] ?? dataType ?? 'any'
}

/** The data types that a field can have. */
export const DATA_TYPES = Object.keys(LABELS)

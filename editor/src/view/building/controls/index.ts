/** Which control edits which kind of setting. */

import type { ReactNode } from 'react'

import { BooleanControl } from './BooleanControl'
import type { ControlProps } from './control'
import { FieldsControl } from './FieldsControl'
import { ImageSizeControl } from './ImageSizeControl'
import { JsonControl } from './JsonControl'
import { ListOperationControl } from './ListOperationControl'
import { LongTextControl } from './LongTextControl'
import { ModelControl } from './ModelControl'
import { NumberControl } from './NumberControl'
import { SelectControl } from './SelectControl'
import { SliderControl } from './SliderControl'
import { TemplateControl } from './TemplateControl'
import { TextControl } from './TextControl'
import { ToolsControl } from './ToolsControl'

type Control = (props: ControlProps) => ReactNode

const CONTROLS: Record<string, Control> = {
  text: TextControl,
  longText: LongTextControl,
  template: TemplateControl,
  number: NumberControl,
  slider: SliderControl,
  select: SelectControl,
  json: JsonControl,
  boolean: BooleanControl,
  fields: FieldsControl,
  model: ModelControl,
  tools: ToolsControl,
  imageSize: ImageSizeControl,
  listOperation: ListOperationControl,
}

/** A kind that is not known is edited as JSON. */
export function controlFor(kind: string): Control {
  return (Object.hasOwn(CONTROLS, kind) && CONTROLS[kind]) || JsonControl
}

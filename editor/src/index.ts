/** What a page imports: the editor, and how it speaks with a server. */

import './styles/index.css'
import './styles/loading.css'

export { createWorkflowEditor, type EditorOptions } from './editor'
export type { Selection } from './events'
export type { Approval, ApprovalRequest, NodeRunUpdate, WorkflowEditor } from './handle'
export type * from './model/types'
export { GraphFormatError } from './model/read'
export type { Decision, EdgeState, EditorEvents, NodeRunData, NodeState, Persistence, RunError, RunRequest, Saving, Suspension, ToolCall } from './store/types'
export type { RunOutcome } from './wire/drive'
export { ConflictError, RunLostError, ServerError } from './wire/errors'
export { createServerPersistence } from './wire/persistence'
export { attachPending, type PendingRun, resume, resumePending, run } from './wire/run'
export { createWorkflowServer } from './wire/server'
export type * from './wire/types'

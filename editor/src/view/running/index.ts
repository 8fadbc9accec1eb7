/** Saving and running, as the editor's layout places them. */

export { ConflictDialog } from './ConflictDialog'
export { HistoryPanel } from './HistoryPanel'
export { NodeRunPanel } from './NodeRunPanel'
export { ReviewDialog } from './ReviewDialog'
export { RunBanner } from './RunBanner'
export { RunButton } from './RunButton'
export { RunPanel } from './RunPanel'
export { SavingBadge } from './SavingBadge'
export { VersionsPanel } from './VersionsPanel'

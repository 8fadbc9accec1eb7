/** Why nothing else can begin: a run goes on. */

export class BusyError extends Error {
  override name = 'BusyError'
  readonly code = 'WF_EDITOR_BUSY'
  readonly hint = 'Wait for its end, or cancel it.'

  constructor() {
    super('The editor shows a run that goes on.')
  }
}

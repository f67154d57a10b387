// Declares how a check ends early: failed, or not run.

/** Thrown by a check that the server does not pass; the message says what was asked and what came. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure'
}

/** Thrown inside a check that cannot say anything of this server; it becomes `notRun` of the result. */
export class NotRun extends Error {
  override readonly name = 'NotRun'
}

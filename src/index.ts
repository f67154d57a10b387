// The public names of `sojourn`.
export type { Conflict, ConflictPolicy } from './cache/operation.ts'
export { createSessionClient } from './client/create-session-client.ts'
export type { LiveState, LiveUpdates } from './client/live.ts'
export type { KySessionClientOptions, SessionClientOptions } from './client/options.ts'
export type { PendingMutation } from './client/pending-mutation.ts'
export { toScript } from './client/to-script.ts'
export type {
  DehydratedSession,
  SessionClient,
  SessionEvents,
  SessionExpiry,
  SessionKey,
  SessionKeyState,
  SessionSnapshot,
  SessionTransaction,
  Unsubscribe,
  WaitOptions,
} from './client/types.ts'
export { SessionAuthError } from './errors/session-auth-error.ts'
export { SessionConfigError } from './errors/session-config-error.ts'
export { SessionConflictError } from './errors/session-conflict-error.ts'
export { SessionDiscardedError } from './errors/session-discarded-error.ts'
export { SessionDisposedError } from './errors/session-disposed-error.ts'
export type { SessionEndReason } from './errors/session-ended-error.ts'
export { SessionEndedError } from './errors/session-ended-error.ts'
export type { SessionErrorCode } from './errors/session-error.ts'
export { isSessionError, SessionError } from './errors/session-error.ts'
export { SessionInvalidValueError } from './errors/session-invalid-value-error.ts'
export { SessionNetworkError } from './errors/session-network-error.ts'
export type { SessionProtocolReason } from './errors/session-protocol-error.ts'
export { SessionProtocolError } from './errors/session-protocol-error.ts'
export type { SessionRejection } from './errors/session-rejected-error.ts'
export { SessionRejectedError } from './errors/session-rejected-error.ts'
export type { SessionSchemaIssue } from './errors/session-schema-error.ts'
export { SessionSchemaError } from './errors/session-schema-error.ts'
export { SessionUnknownFateError } from './errors/session-unknown-fate-error.ts'
export { SessionUsageError } from './errors/session-usage-error.ts'
export type { SessionChannel } from './platform/channel.ts'
export type { Clock } from './platform/clock.ts'
export type { LockMode, SessionLocks } from './platform/locks.ts'
export type { JsonSchema, SessionInputs, SessionValues, WritableKey } from './schema/types.ts'
export type { SessionActivity, SessionExchange, SessionStatus, SessionWriteError } from './sync/events.ts'
export type { RetryOptions } from './sync/retry-after.ts'
export type { CsrfOptions } from './transport/csrf.ts'
export type { Transport, WireAnswer, WireRequest } from './transport/transport.ts'

// Declares the state that a server sends and parses untrusted ones. Called by the client and by the conformance checks.
import { isObject, type JsonObject } from './json.ts'
import { isName } from './name.ts'

/** When a session ends if nothing is written any more. */
export interface Expiry {
  /** Whole seconds left, by the server's clock. */
  readonly age: number
  /** Whether the cookie goes when the browser closes. */
  readonly atBrowserClose: boolean
}

/** A stored state of the session: the body of every 200, 409 and 410. */
export interface State {
  /** Public id of the logical session; null where the cookie names none. */
  readonly lineage: string | null
  /** Name of this stored state. Compared for equality, never ordered. */
  readonly version: string
  /** The keys that the server exposes to this client. */
  readonly data: JsonObject
  /** A tag for each key of `data`; absent from a server that has no tags. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** The last commit number stored for the client that asks, 0 for none. */
  readonly last: number
  /** When the session ends if nothing is written any more. */
  readonly expiry: Expiry
  /** Opaque tag of the signed-in user; null for nobody, absent where the server does not say. */
  readonly identity?: string | null | undefined
  /** The CSRF token, for where its cookie cannot be read. */
  readonly csrf?: string | undefined
  /** A cookie came that names no session. */
  readonly unknownKey?: boolean | undefined
  /** The server no longer remembers what it stored for the client that asks: `last` says nothing then. */
  readonly forgotten?: boolean | undefined
  /** False where the server cannot compare and set. */
  readonly atomic?: boolean | undefined
}

/** A state whose data may be left out, under `Prefer: return=minimal`; its tags are then those of the written keys. */
export type Answer = Omit<State, 'data'> & { readonly data?: JsonObject | undefined }

const isMissingOr = (type: string, value: unknown): boolean => value === undefined || typeof value === type
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/**
 * Checks an untrusted value to be a state, or a minimal one; anything else is undefined. Members that the protocol
 * does not know are let through, so that a later server can add some.
 */
export function parseAnswer(value: unknown): Answer | undefined {
  if (!isObject(value)) return
  const { lineage, version, data, tags, last, expiry, identity, csrf, unknownKey, forgotten, atomic } = value
  const isState =
    (lineage === null || isName(lineage)) &&
    isName(version) &&
    (data === undefined || isObject(data)) &&
    (tags === undefined || (isObject(tags) && Object.values(tags).every(isName))) &&
    isCount(last) &&
    isObject(expiry) &&
    Number.isFinite(expiry.age) &&
    typeof expiry.atBrowserClose === 'boolean' &&
    (identity === null || isMissingOr('string', identity)) &&
    isMissingOr('string', csrf) &&
    isMissingOr('boolean', unknownKey) &&
    isMissingOr('boolean', forgotten) &&
    isMissingOr('boolean', atomic)
  return isState ? (value as unknown as Answer) : undefined
}

/** Checks an untrusted value to be a whole state; anything else is undefined. */
export function parseState(value: unknown): State | undefined {
  const answer = parseAnswer(value)
  return answer?.data && (answer as State)
}

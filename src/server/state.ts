// Builds the state that a client gets of a session. Called for every response with a state; hides what is not exposed.
import { own } from '../protocol/json.ts'
import type { Answer, State } from '../protocol/state.ts'
import { toLifetime } from './expiry.ts'
import type { HttpRequest } from './http.ts'
import type { Settings } from './options.ts'
import { clientOf } from './past-writes.ts'
import { type Subject, versionOf } from './record.ts'

/** Who asks for a state. */
export interface Asker {
  readonly request: HttpRequest
  /** The id of the client, where it told one. */
  readonly client: string | undefined
}

/** The state of a session as every client sees it: `last` is 0, and there is no CSRF token. */
export function toSharedState(subject: Subject, settings: Settings): State {
  const record = subject.key === 'known' ? subject.record : undefined
  const { keys } = settings
  const lifeMs = record ? record.expiresAt - settings.now() : Math.min(settings.maxAgeMs, settings.maxLifetimeMs)
  return {
    lineage: record?.lineage ?? null,
    version: versionOf(subject, keys),
    data: keys.visible(record?.data ?? {}),
    tags: keys.visible(record?.tags ?? {}),
    last: 0,
    expiry: {
      age: Math.max(0, Math.floor(lifeMs / 1000)),
      atBrowserClose: record !== undefined && toLifetime(record, settings).atBrowserClose,
    },
    identity: record ? settings.identity(record.data) : null,
    ...(subject.key === 'unknown' && { unknownKey: true }),
  }
}

/** The state of a session for one client. */
export function toState(subject: Subject, { request, client }: Asker, settings: Settings): State {
  const record = subject.key === 'known' ? subject.record : undefined
  const csrf = settings.csrf(request)
  const known = record && clientOf(record, client)
  return {
    ...toSharedState(subject, settings),
    last: known?.n ?? 0,
    ...(csrf !== undefined && { csrf }),
    ...(record && client !== undefined && !known && record.floor > 0 && { forgotten: true as const }),
  }
}

/** The state without its data: the client knows them, and needs the tags of what it wrote. */
export function toMinimal({ data: _, ...state }: State, written: readonly string[]): Answer {
  const { tags = {} } = state
  return { ...state, tags: Object.fromEntries(written.map((key) => [key, own(tags, key) as string])) }
}

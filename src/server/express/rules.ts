// Owns what the schema says of the values of `req.session`, and how their lists are merged. The unit of work asks it before each write.
import { SessionSchemaError } from '../../errors/session-schema-error.ts'
import { toIdentify } from '../../merge/identity.ts'
import type { Json } from '../../protocol/json.ts'
import type { Settings } from '../options.ts'
import type { MergeRules } from './changes.ts'
import type { ExpressSessionOptions } from './types.ts'

/** The rules of merging, and the check of what is stored. */
export interface SessionRules extends MergeRules {
  /** @throws SessionSchemaError if the schema refuses the value of an exposed key */
  check(key: string, value: Json | undefined): void
}

/** Creates the rules of a handler's keys. Keys that it does not expose take any JSON. */
export function createRules({ checks }: Pick<Settings, 'checks'>, identify: NonNullable<ExpressSessionOptions['identify']>): SessionRules {
  function check(key: string, value: Json | undefined): void {
    const find = value === undefined ? undefined : checks.get(key)
    const issues = find && run(key, () => find(value as Json))
    if (issues) throw new SessionSchemaError(key, issues)
  }
  return {
    check,
    accepts: (key, value) => {
      try {
        check(key, value)
        return true
      } catch {
        return false
      }
    },
    identify: toIdentify(identify),
  }
}

/** A rule or a codec of the schema that throws, or is async, refuses the value, too. */
function run<T>(key: string, find: () => T): T {
  try {
    return find()
  } catch (thrown) {
    throw new SessionSchemaError(key, [{ code: 'thrown', message: 'the schema threw', path: [] }], thrown)
  }
}

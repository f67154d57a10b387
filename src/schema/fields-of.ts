// Owns what a schema of a session must be, before any value is there. The client's codec and the server's list of exposed
// keys read it through here, so both refuse the same schemas.
import type * as z from 'zod/v4/core'
import { SessionConfigError } from '../errors/session-config-error.ts'
import { keyFault } from '../protocol/key.ts'
import { findFault } from './find-fault.ts'

/** Refuses a key of a schema. */
export function refuseKey(name: string, reason: string, options?: ErrorOptions): never {
  throw new SessionConfigError(`Failed to use the session key "${name}": ${reason}.`, options)
}

/**
 * Returns the keys of a session's schema with the schema of each.
 *
 * @throws SessionConfigError if the schema is not a closed z.object without rules of its own, or a key could never be stored.
 */
export function fieldsOf(schema: z.$ZodObject): ReadonlyMap<string, z.$ZodType> {
  const def = schema?._zod?.def
  // Descriptions and metadata are checks to zod/mini, and have nothing to run.
  if (def?.type !== 'object' || def.checks?.some(({ _zod }) => !['describe', 'meta'].includes(_zod.def.check))) {
    throw new SessionConfigError(
      'Failed to use the schema: it has to be a z.object without rules of its own, since keys are checked one by one.',
    )
  }
  // z.strictObject has a catchall too, which takes nothing.
  if (def.catchall && def.catchall._zod.def.type !== 'never') {
    throw new SessionConfigError(
      'Failed to use the schema: it takes keys that it does not name, which would expose every key of the session. Use z.object instead of z.looseObject or catchall.',
    )
  }
  const fields = new Map(Object.entries(def.shape))
  for (const [name, field] of fields) {
    const fault = keyFault(name) ?? faultOf(field)
    if (fault !== undefined) refuseKey(name, fault)
  }
  return fields
}

function faultOf(field: z.$ZodType): string | undefined {
  const fault = findFault(field)
  return fault && `its schema ${fault}`
}

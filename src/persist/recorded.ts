// Replays what the journal recorded of a function that is gone with its page: it stores what it stored then, unless somebody else changed what
// it read. `restore.ts` makes operations of it. It never stores a number that was counted from an old one.
import type { Recorded } from '../cache/operation.ts'
import { type Data, decodeStored, type Rules } from '../cache/stored-value.ts'
import { SessionConflictError } from '../errors/session-conflict-error.ts'
import { merge } from '../merge/merge.ts'
import { isEqual, type Json } from '../protocol/json.ts'

/** Returns the keys that an operation read or replaced and that are no longer so. */
function changedKeys({ reads, replaced }: Recorded, data: Data): string[] {
  const seen = new Map([...(replaced ?? []), ...reads])
  return [...seen].flatMap(([key, value]) => (isEqual(data(key), value) ? [] : [key]))
}

/**
 * Returns what a recorded operation stores on some data.
 *
 * @throws SessionConflictError if somebody else changed what it read, and a merge of its only key finds a leaf in both changes
 */
export function replayRecorded(recorded: Recorded, data: Data, { codec, identify }: Rules): Recorded {
  const [key, ...others] = changedKeys(recorded, data)
  if (key === undefined) return recorded
  const base = recorded.reads.get(key) ?? recorded.replaced?.get(key)
  const mine = recorded.writes.get(key)
  const theirs = data(key)
  let isLost = others.length > 0 || recorded.writes.size !== 1 || !recorded.writes.has(key) || recorded.reads.size > 1
  const onLost = (): void => {
    isLost = true
  }
  const merged = isLost ? mine : merge(base, mine, theirs, { identify: identify(key), onLost })
  if (isLost || (merged !== undefined && codec.decode(key, merged).issues)) {
    const read = (raw: Json | undefined): unknown => decodeStored(codec, key, raw)
    throw new SessionConflictError(key, { base: read(base), mine: read(mine), theirs: read(theirs) })
  }
  return { reads: new Map([[key, theirs]]), writes: new Map([[key, merged]]) }
}

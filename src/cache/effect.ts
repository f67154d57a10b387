// Computes the net change of a prefix of the log: the content of a commit. Called by sync/prepare.ts; pure.
import type { Commit } from '../protocol/commit.ts'
import { isEqual, type Json, own } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { type Applied, lastWrites, readBy } from './mutation.ts'
import { type ConflictPolicy, isLife, type LifeOperation } from './operation.ts'

/** The content of a commit, without its place in the client's order. */
export type Effect = Pick<Commit, 'set' | 'delete' | 'expect' | 'clear' | 'expiry' | 'cycleKey'>

/** Returns what a log reads, and which calls about the whole session it contains. */
function summarize(log: readonly Applied[]) {
  const reads = new Set<string>()
  const life: LifeOperation[] = []
  let isCleared = false
  let isWhole = false
  for (const applied of log) {
    const { operation, accessed } = applied
    if (accessed?.whole) isWhole = true
    if (operation.kind === 'clear') isCleared = true
    if (isLife(operation)) life.push(operation)
    for (const key of readBy(applied)) reads.add(key)
  }
  return { reads, life, isCleared, isWhole }
}

/** Returns whether a commit carries a key that it leaves unchanged. Under `mine` it does, because it does not expect the key's tag. */
export function carriesUnchanged(policy: ConflictPolicy): boolean {
  return policy === 'mine'
}

/**
 * Returns the net change that a prefix of the log makes to its base; undefined if it changes nothing, because such a prefix is
 * not sent. The commit expects the tag of every key that the prefix reads or writes. It expects the whole base if it depends on
 * which keys exist, or if the server has no tags. A key that it leaves unchanged counts as written, so that the write is
 * acknowledged only if the server holds that value. Under policy `mine` a key that is only written is carried but not expected.
 */
export function toEffect(base: State, log: readonly Applied[], policy: (key: string) => ConflictPolicy): Effect | undefined {
  const { tags } = base
  const { reads, life, isCleared, isWhole } = summarize(log)
  const clear = isCleared && Object.keys(base.data).length > 0
  const expected = new Set(reads)
  const set: Record<string, Json> = {}
  const gone: string[] = []
  let isChanged = clear
  for (const [key, value] of lastWrites(log)) {
    const isSame = !clear && isEqual(value, own(base.data, key))
    if (policy(key) !== 'mine') expected.add(key)
    // An unchanged key must be the same on the server, so the commit expects it, or under `mine` carries it.
    if (isSame && !carriesUnchanged(policy(key))) continue
    if (!isSame) isChanged = true
    if (value !== undefined) set[key] = value
    else if (!clear) gone.push(key)
  }
  if (!isChanged && life.length === 0) return
  const expect: Record<string, string | null> = {}
  if (tags) for (const key of expected) expect[key] = own(tags, key) ?? null
  const expectsBase = clear || isWhole || (!tags && expected.size > 0)
  const expiry = life.findLast(({ kind }) => kind === 'setExpiry')
  return {
    ...(Object.keys(set).length > 0 && { set }),
    ...(gone.length > 0 && { delete: gone }),
    ...(expectsBase ? { expect: 'base' } : expected.size > 0 && { expect }),
    ...(clear && { clear }),
    ...(expiry && { expiry: expiry.expiry ?? null }),
    ...(life.some(({ kind }) => kind === 'cycleKey') && { cycleKey: true }),
  }
}

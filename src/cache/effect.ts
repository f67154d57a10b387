// Computes the net change of a prefix of the log: the content of a commit. Called by sync/prepare.ts; pure.
import type { Commit } from '../protocol/commit.ts'
import { isEqual, type Json, own } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { type Applied, lastWrites, readBy } from './mutation.ts'
import { type ConflictPolicy, isLife, type LifeOperation } from './operation.ts'

/** What a commit carries, beside its place in the client's order. */
export type Effect = Pick<Commit, 'set' | 'delete' | 'expect' | 'clear' | 'expiry' | 'cycleKey'>

/** What a log depends on and asks for, beside what it writes. */
function look(log: readonly Applied[]) {
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

/** Returns whether a commit carries a key that it leaves as it is: under `mine` it does not expect it. */
export function carriesUnchanged(policy: ConflictPolicy): boolean {
  return policy === 'mine'
}

/**
 * The net effect of a prefix of the log on its base, or undefined where there is none: such a prefix is not sent. It
 * expects the tag of every key that the prefix read or writes, the whole base where it depends on which keys there are
 * or where the server has no tags. A key that it leaves as it is counts as written, so that it is acknowledged only if the
 * server holds it. Under policy `mine` a key that is only written is carried and not expected.
 */
export function toEffect(base: State, log: readonly Applied[], policy: (key: string) => ConflictPolicy): Effect | undefined {
  const { tags } = base
  const { reads, life, isCleared, isWhole } = look(log)
  const clear = isCleared && Object.keys(base.data).length > 0
  const expected = new Set(reads)
  const set: Record<string, Json> = {}
  const gone: string[] = []
  let isChanged = clear
  for (const [key, value] of lastWrites(log)) {
    const isSame = !clear && isEqual(value, own(base.data, key))
    if (policy(key) !== 'mine') expected.add(key)
    // What is left as it is has to be so at the server, too: it is expected, or under `mine` carried along.
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

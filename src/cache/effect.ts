import type { Commit } from '../protocol/commit.ts'
import { isEqual, type JsonObject, own } from '../protocol/json.ts'
import type { State } from '../protocol/state.ts'
import { lastWrites, type Played, readBy } from './mutation.ts'
import type { ConflictPolicy, LifeOperation, Operation } from './operation.ts'

/** What a commit carries, beside its place in the client's order. */
export type Effect = Pick<Commit, 'set' | 'delete' | 'expect' | 'clear' | 'expiry' | 'cycleKey'>

const isLife = (operation: Operation): operation is LifeOperation => /^(setExpiry|cycleKey|touch)$/.test(operation.kind)

/**
 * The net effect of a prefix of the log on its base, or undefined where there is none: such a prefix is not sent. It
 * expects the tag of every key that the prefix read or writes, the whole base where it depends on which keys there are
 * or where the server has no tags. Under policy `mine` a key that is only written is not expected.
 */
export function toEffect(base: State, log: readonly Played[], policy: (key: string) => ConflictPolicy): Effect | undefined {
  const cleared = log.some(({ operation }) => operation.kind === 'clear') && Object.keys(base.data).length > 0
  const changed = [...lastWrites(log)].filter(([key, value]) => cleared || !isEqual(value, own(base.data, key)))
  const set = changed.filter(([, value]) => value !== undefined)
  const gone = cleared ? [] : changed.filter(([, value]) => value === undefined)
  const life = log.map(({ operation }) => operation).filter(isLife)
  if (!cleared && changed.length === 0 && life.length === 0) return
  const expiry = life.findLast(({ kind }) => kind === 'setExpiry')
  const expected = new Set([
    ...log.flatMap((played) => [...readBy(played)]),
    ...changed.map(([key]) => key).filter((key) => policy(key) !== 'mine'),
  ])
  const { tags } = base
  const whole = cleared || log.some(({ trace }) => trace?.whole) || (!tags && expected.size > 0)
  return {
    ...(set.length > 0 && { set: Object.fromEntries(set) as JsonObject }),
    ...(gone.length > 0 && { delete: gone.map(([key]) => key) }),
    ...(whole
      ? { expect: 'base' }
      : expected.size > 0 && { expect: Object.fromEntries([...expected].map((key) => [key, (tags && own(tags, key)) ?? null])) }),
    ...(cleared && { clear: true }),
    ...(expiry && { expiry: expiry.expiry ?? null }),
    ...(life.some(({ kind }) => kind === 'cycleKey') && { cycleKey: true }),
  }
}

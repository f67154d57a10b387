// Owns the store in Redis (or Valkey), over a function that sends one command: the app brings its client library. redis-scripts.ts has
// the Lua, redis-feed.ts what `watch` listens to.
import { SessionConfigError } from '../../errors/session-config-error.ts'
import type { SessionStore, StoreEntry } from '../store.ts'
import { checkDurability } from './redis-durability.ts'
import { createFeed, type Subscribe } from './redis-feed.ts'
import { createOwnerIndex } from './redis-owners.ts'
import { createRunner, removeScript, writeScript } from './redis-scripts.ts'
import { limitTime } from './time-limit.ts'
import { writeInTwoSteps } from './two-steps.ts'

/** Options of `createRedisStore`. */
export interface RedisStoreOptions {
  /**
   * Sends one command and resolves with the reply; `key` is the one that it works on, for clients of a cluster.
   *
   * @example
   * send: (args) => redis.sendCommand(args) // node-redis
   * send: ([name, ...args]) => redis.call(name, ...args) // ioredis and iovalkey, a cluster of theirs, too
   * send: (args, key) => cluster.sendCommand(key, false, args) // a cluster of node-redis
   */
  readonly send: (args: string[], key: string) => Promise<unknown>
  /**
   * Subscribes to a channel on a second connection, for `watch`: calls `onMessage` at each message and `onGap` after the connection was
   * lost and is back. Returns a function that unsubscribes.
   *
   * @default none: the store has no `watch`
   */
  readonly subscribe?: Subscribe | undefined
  /**
   * What every key begins with.
   *
   * @default 'sojourn:'
   */
  readonly prefix?: string | undefined
  /**
   * Wait after each write until `count` replicas have it (`WAIT`), at most `timeoutMs` milliseconds; a write that fewer have rejects.
   *
   * @default none: Redis acknowledges before its replicas have a write
   */
  readonly replicas?: { readonly count: number; readonly timeoutMs: number } | undefined
  /**
   * How long a command may take, in milliseconds, before the request is answered 503. Client libraries queue commands while they
   * reconnect, some of them without end.
   *
   * @default 1_000
   */
  readonly timeoutMs?: number | undefined
  /** Notified once if the server's settings may lose sessions: an eviction policy, or no append-only file. Emitted as a warning of the process by default. */
  readonly onWarning?: ((warning: string) => void) | undefined
  /**
   * The wall clock, in milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined
}

/** Redis drops an entry this long after it has expired by the app's clock, so that a clock that differs ends no session. */
const spareMs = 60_000

/**
 * Keeps sessions in Redis, Valkey or a cluster of either. Each entry is one string; nothing couples two keys, so no hash
 * tags are needed. Reads must go to the primary: leave `scaleReads` and `useReplicas` off.
 *
 * @throws SessionConfigError if `send` is missing.
 * @example
 * const redis = await createClient({ url: 'redis://localhost', disableOfflineQueue: true }).connect()
 * const store = createRedisStore({ send: (args) => redis.sendCommand(args) })
 */
export function createRedisStore(options: RedisStoreOptions): SessionStore {
  const {
    prefix = 'sojourn:',
    now = Date.now,
    timeoutMs = 1_000,
    replicas,
    onWarning = (warning) => process.emitWarning(warning, 'SojournWarning'),
  } = options
  if (typeof options.send !== 'function') {
    throw new SessionConfigError(
      'Failed to create the Redis store: send is missing. Give a function such as (args) => redis.sendCommand(args).',
    )
  }
  const send = (args: string[], key: string): Promise<unknown> => limitTime(options.send(args, key), timeoutMs, `Redis (${args[0]})`)
  const run = createRunner(send)
  const feed = options.subscribe && createFeed(options.subscribe, prefix)
  const keyOf = (id: string): string => `${prefix}${id}`
  const owners = createOwnerIndex({ send, run, prefix, now })
  checkDurability(send, keyOf('info'), onWarning)

  async function read(id: string): Promise<StoreEntry | undefined> {
    const text = await send(['GET', keyOf(id)], keyOf(id))
    const entry = text === null || text === undefined ? undefined : parse(String(text))
    return entry && entry.expiresAt > now() ? entry : undefined
  }

  async function writeOne(id: string, expected: string | null, entry: StoreEntry): Promise<boolean> {
    const key = keyOf(id)
    const { revision, expiresAt, owner } = entry
    if (owner !== undefined) await owners.note(owner, id, expiresAt)
    const lifeMs = Math.max(1, expiresAt - now() + spareMs)
    const args = [expected ?? '', revision, format(entry), String(now()), String(lifeMs), feed ? `${prefix}changed:${id}` : '']
    if ((await run(writeScript, key, args)) !== 1) return false
    await waitForReplicas(key)
    return true
  }

  async function waitForReplicas(key: string): Promise<void> {
    if (!replicas) return
    const reached = Number(await options.send(['WAIT', String(replicas.count), String(replicas.timeoutMs)], key))
    // Not false: the write is stored here, and may be lost.
    if (reached < replicas.count) throw new Error(`The write reached ${reached} replicas of Redis, not ${replicas.count}.`)
  }

  async function remove(id: string, revision: string): Promise<boolean> {
    const key = keyOf(id)
    return (await run(removeScript, key, [revision, String(now()), feed ? `${prefix}changed:${id}` : ''])) === 1
  }

  return {
    read,
    write: (write) => writeInTwoSteps({ write: writeOne, remove, now }, write),
    remove,
    listByOwner: async (owner) => {
      const entries = await Promise.all((await owners.members(owner)).map(async (id) => ({ id, entry: await read(id) })))
      // A rotated key leaves a tombstone here, which is listed until it expires.
      await owners.prune(
        owner,
        entries.flatMap(({ id, entry }) => (entry?.owner === owner ? [] : id)),
      )
      return entries.flatMap(({ id, entry }) => (entry ? { id, entry } : []))
    },
    ...(feed && { watch: feed.watch, close: feed.close }),
  }
}

/** The head comes first, so that the scripts compare without copying the value. An owner has 43 characters; "-" stands for none. */
function format({ revision, expiresAt, owner = '-', value }: StoreEntry): string {
  return `${revision} ${expiresAt} ${owner} ${value}`
}

function parse(text: string): StoreEntry {
  const [revision = '', expiresAt = '', owner = ''] = text.split(' ', 3)
  const value = text.slice(revision.length + expiresAt.length + owner.length + 3)
  return { revision, expiresAt: Number(expiresAt), value, ...(owner !== '-' && { owner }) }
}

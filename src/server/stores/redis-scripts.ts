// Owns the Lua scripts of the Redis store. They read only the head of an entry, `<revision> <expiresAt> …`, and touch one key.
import { createHash } from 'node:crypto'

/** A script and its hash, by which Redis knows it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

function toScript(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

const readHead = `
local head = redis.call('GETRANGE', KEYS[1], 0, 127)
local revision, expires = string.match(head, '^(%S+) (%d+) ')
`

/**
 * Compares and sets. Arguments: the expected revision or nothing, the new revision, the entry, the time, the milliseconds that it lives,
 * the channel to notify or nothing. Returns 1 if the entry is stored, also if it was stored before.
 */
export const writeScript: Script = toScript(`${readHead}
if revision == ARGV[2] then return 1 end
if revision and tonumber(expires) <= tonumber(ARGV[4]) then revision = nil end
if (revision or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[5])
if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[6], '1') end
return 1`)

/** Deletes an entry of a revision. Arguments: the revision, the time, the channel to notify or nothing. */
export const removeScript: Script = toScript(`${readHead}
if revision ~= ARGV[1] or tonumber(expires) <= tonumber(ARGV[2]) then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[3] ~= '' then redis.call('PUBLISH', ARGV[3], '1') end
return 1`)

/**
 * Notes an id in the index of its owner, which then lives at least so long. Arguments: the time, the id, the seconds.
 */
export const noteScript: Script = toScript(`
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
return 1`)

/** Runs scripts on one key. */
export type Runner = (script: Script, key: string, args: readonly string[]) => Promise<number>

/** Creates a runner: it sends the hash, and the text once the server does not know it. */
export function createRunner(send: (args: string[], key: string) => Promise<unknown>): Runner {
  return async ({ text, sha }, key, args) => {
    try {
      return Number(await send(['EVALSHA', sha, '1', key, ...args], key))
    } catch (error) {
      if (!String((error as Error).message).includes('NOSCRIPT')) throw error
      return Number(await send(['EVAL', text, '1', key, ...args], key))
    }
  }
}

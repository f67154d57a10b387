// Checks in development that the app's functions are pure. The replay runs them through it; a production build has none of it.
import { SessionUsageError } from '../errors/session-usage-error.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { ReadWriteSet } from './mutation.ts'

/** What replays one kind of operation that has a function of the app. */
type Replay<D, O, R, P> = (data: D, operation: O, rules: R, last?: ReadWriteSet) => P

type Guard = <
  D,
  O extends { readonly kind: string; readonly key?: string },
  R extends { readonly codec: SessionCodec },
  P extends { readonly accessed: ReadWriteSet },
>(
  replay: Replay<D, O, R, P>,
) => Replay<D, O, R, P>

/** Bundlers put the mode of the build in its place; a page that was built by none has no such global. */
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** A codec that remembers what it gave out, and whether that was changed since. */
function watchReads(codec: SessionCodec): { readonly codec: SessionCodec; findChanged(): string | undefined } {
  const given: { readonly key: string; readonly value: unknown; readonly was: Json | undefined }[] = []
  const encode = (key: string, value: unknown): Json | undefined => {
    try {
      return codec.encode(key, value)
    } catch {
      return // a key without default, of which nothing is stored
    }
  }
  return {
    codec: {
      ...codec,
      decode(key, raw) {
        const decoded = codec.decode(key, raw)
        given.push({ key, value: decoded.value, was: encode(key, decoded.value) })
        return decoded
      },
    },
    findChanged: () => given.find(({ key, value, was }) => !isEqual(encode(key, value), was))?.key,
  }
}

function findUnlike(first: ReadWriteSet, second: ReadWriteSet): string | undefined {
  const keys = [first, second].flatMap(({ reads, writes }) => [...reads.keys(), ...writes.keys()])
  return keys.find(
    (key) =>
      first.reads.has(key) !== second.reads.has(key) ||
      first.writes.has(key) !== second.writes.has(key) ||
      !isEqual(first.writes.get(key), second.writes.get(key)),
  )
}

const again = 'It runs again on every rebase'

const check: Guard = (replay) => (data, operation, rules, last) => {
  if (last) return replay(data, operation, rules, last)
  const refuse = (why: string, options?: ErrorOptions): never => {
    const what = operation.kind + (operation.key === undefined ? '' : ` of "${operation.key}"`)
    throw new SessionUsageError(`The function of a session ${what} is not pure: ${why}`, {}, options)
  }
  const { codec, findChanged } = watchReads(rules.codec)
  const first = replay(data, operation, { ...rules, codec })
  const changed = findChanged()
  if (changed !== undefined) refuse(`it changes the value of "${changed}" that it is given. Return a new value.`)
  let second = first
  try {
    second = replay(data, operation, rules)
  } catch (cause) {
    refuse(`run twice on the same values it throws. ${again}.`, { cause })
  }
  const unlike = findUnlike(first.accessed, second.accessed)
  if (unlike === undefined) return first
  return refuse(
    `run twice on the same values it gives "${unlike}" two values. ${again}: take an id, a random number or the time before the call.`,
  )
}

/** Returns the check in development. Bundlers replace the condition, so that a production build drops it. */
function toGuard(): Guard {
  try {
    if (process.env.NODE_ENV !== 'production') return check
  } catch {
    // A page that no bundler built has no `process`.
  }
  return (replay) => replay
}

/**
 * In development, makes a replay run the app's function twice the first time and compare. A production build, and a page
 * that no bundler built, run it once.
 *
 * @throws SessionUsageError if the function is not pure, because it runs again on every rebase
 */
export const runTwice: Guard = /* @__PURE__ */ toGuard()

// Creates the visitors of one check. Checks share nothing, so that they can run in any order.
import type { JsonObject } from '../protocol/json.ts'
import { isState } from './expectations.ts'
import { type CheckKeys, createCheckKeys } from './keys.ts'
import { type ConformanceOptions, type Settings, toSettings } from './options.ts'
import { createVisitor, type Visitor } from './visitor.ts'

/** What a check acts in: visitors of one server, keys, and time. */
export interface World {
  readonly settings: Settings
  readonly keys: CheckKeys
  /** A new visitor, who has read once and has no session. */
  visitor(): Promise<Visitor>
  /** A new visitor with a session. @default data: the first key with its first value */
  begin(data?: JsonObject): Promise<Visitor>
  /** A new visitor whose cookie has the form of a key and names no session, or one of the given value. */
  stranger(value?: string): Promise<Visitor>
  /** Lets time pass. */
  wait(ms: number): Promise<void>
}

/**
 * Creates the world of one check.
 *
 * @throws SessionConfigError if the options cannot work.
 */
export function createWorld(options: ConformanceOptions): World {
  const settings = toSettings(options)
  const keys = createCheckKeys(settings)

  async function visitor(): Promise<Visitor> {
    const created = createVisitor(settings)
    isState(await created.read())
    return created
  }

  async function begin(data: JsonObject = keys.entry(keys.first, 1)): Promise<Visitor> {
    const created = await visitor()
    isState(await created.commit({ set: data }))
    return created
  }

  async function stranger(value?: string): Promise<Visitor> {
    const { jar, cookieName = '', key = '' } = await begin()
    const planted = jar.copy()
    planted.set(cookieName, value ?? forge(key))
    // Read over a copy: a server that takes the cookie away with the first read is seen by the check that asks for it.
    const scout = createVisitor(settings, { jar: planted.copy() })
    await scout.read()
    return createVisitor(settings, { jar: planted, state: scout.state })
  }

  return { settings, keys, visitor, begin, stranger, wait: settings.wait }
}

/** Another key of the same form: every second letter and digit is the next one of its kind. */
export function forge(key: string): string {
  const next = (char: string, first: string, last: string): string => (char === last ? first : String.fromCharCode(char.charCodeAt(0) + 1))
  return [...key]
    .map((char, index) => {
      if (index % 2 === 1) return char
      if (/[0-9]/.test(char)) return next(char, '0', '9')
      if (/[a-z]/.test(char)) return next(char, 'a', 'z')
      return /[A-Z]/.test(char) ? next(char, 'A', 'Z') : char
    })
    .join('')
}

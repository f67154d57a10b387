// Checks the options of a handler by type and range when it is created, so that a wrong one stops the start and not a request.
import { SessionConfigError } from '../errors/session-config-error.ts'
import { isOrigin } from '../protocol/origin.ts'
import type { ExposureOptions } from './exposure.ts'
import type { SessionHandlerOptions } from './options.ts'

/** Returns why a value cannot work and what to give; undefined if it can. */
type Check = (value: unknown) => string | undefined

const isFunction = (value: unknown): boolean => typeof value === 'function'
const aFunction: Check = (value) => (isFunction(value) ? undefined : 'Give a function')

/** Ten years, the longest that the protocol knows. */
const maxMs = 315_360_000_000

const wholeNumber =
  (max: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= max
      ? undefined
      : `Give a whole number above 0, at most ${max}`

const names: Check = (value) =>
  Array.isArray(value) && value.every((name) => typeof name === 'string') ? undefined : "Give an array of keys, such as ['theme', 'cart']"

const storeMethods = ['read', 'write', 'remove']

/** One check for each option: an option that is added has to be added here. */
const checks: { readonly [K in keyof Required<SessionHandlerOptions & ExposureOptions>]: Check } = {
  store: (value) => {
    const missing = storeMethods.filter((name) => !isFunction((value as Record<string, unknown> | null | undefined)?.[name]))
    return missing.length > 0 ? `Give a store, such as createMemoryStore(): it lacks ${missing.join(', ')}` : undefined
  },
  // Which schema can work is the matter of exposure.ts.
  schema: (value) => (typeof value === 'object' && value !== null ? undefined : 'Give a z.object'),
  keys: names,
  readOnly: names,
  cookie: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'Give an object, such as { name: "__Host-session" }',
  maxAgeMs: wholeNumber(maxMs),
  maxLifetimeMs: wholeNumber(maxMs),
  maxBodyBytes: wholeNumber(2 ** 30),
  maxSessionBytes: wholeNumber(2 ** 28),
  maxKeys: wholeNumber(2 ** 24),
  streams: (value) => {
    const max = typeof value === 'object' && value !== null && 'max' in value ? value.max : undefined
    if (value === false || (typeof value === 'object' && value !== null && max === undefined)) return undefined
    return wholeNumber(1_000_000)(max) === undefined ? undefined : 'Give { max: 10_000 } with a whole number above 0, or false'
  },
  origins: (value) => {
    if (!Array.isArray(value)) return 'Give an array of origins'
    const wrong = value.find((origin) => !isOrigin(origin))
    return wrong === undefined
      ? undefined
      : `${JSON.stringify(wrong)} is no origin. Write scheme, host and port alone, such as "https://app.example.com"`
  },
  sweep: (value) => (typeof value === 'boolean' ? undefined : 'Give true or false'),
  validate: aFunction,
  identity: aFunction,
  csrf: aFunction,
  admit: aFunction,
  onError: aFunction,
  onRefused: aFunction,
  now: aFunction,
  randomBytes: aFunction,
}

/** @throws SessionConfigError if an option cannot work, or is none. */
export function checkOptions(options: SessionHandlerOptions & ExposureOptions): void {
  if (typeof options !== 'object' || options === null) fail(`its options are ${show(options)}. Give an object, such as { store, schema }.`)
  if (!('store' in options)) fail('store is missing. Give one, such as createMemoryStore().')
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) fail(`"${name}" is no option. The options are ${Object.keys(checks).join(', ')}.`)
    const fault = value === undefined && name !== 'store' ? undefined : checks[name as keyof typeof checks](value)
    if (fault !== undefined) fail(`${name} is ${show(value)}. ${fault}.`)
  }
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value)
}

function fail(reason: string): never {
  throw new SessionConfigError(`Failed to create the session handler: ${reason}`)
}

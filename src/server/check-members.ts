// Checks an object of options: that every name is known, and every value of its type. Called by cookies.ts, the Node listener and the
// stores when they are created; check-options.ts does the same for the handler.
import { SessionConfigError } from '../errors/session-config-error.ts'

/** What an option may be, as a test and in words. */
export interface OptionRule {
  readonly holds: (value: unknown) => boolean
  readonly wanted: string
}

/** An option that is undefined counts as left out; name those that may not be in `required`. */
export interface OptionRules {
  readonly rules: Readonly<Record<string, OptionRule>>
  readonly required?: readonly string[]
  /** What stands before a name in messages, such as `cookie.` */
  readonly prefix?: string
}

export const functionRule: OptionRule = { holds: (value) => typeof value === 'function', wanted: 'a function' }
export const booleanRule: OptionRule = { holds: (value) => typeof value === 'boolean', wanted: 'true or false' }
export const textRule: OptionRule = { holds: (value) => typeof value === 'string' && value !== '', wanted: 'a text' }

/** Takes a whole number from 1, or from `min`, up to `max`. */
export function wholeRule(max: number, min = 1): OptionRule {
  const holds = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
  return { holds, wanted: `a whole number from ${min} to ${max}` }
}

/**
 * Checks an object of options.
 *
 * @param act what fails, such as `create the memory store`
 * @throws SessionConfigError that names the option and what to give
 */
export function checkMembers(act: string, options: unknown, { rules, required = [], prefix = '' }: OptionRules): void {
  const fail = (reason: string): never => {
    throw new SessionConfigError(`Failed to ${act}: ${reason}`)
  }
  if (typeof options !== 'object' || options === null) return fail(`its options are ${show(options)}. Give an object.`)
  for (const name of new Set([...required, ...Object.keys(options)])) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (!rule)
      return fail(
        `"${prefix}${name}" is no option. The options are ${Object.keys(rules)
          .map((known) => prefix + known)
          .join(', ')}.`,
      )
    const value = (options as Record<string, unknown>)[name]
    if ((value !== undefined || required.includes(name)) && !rule.holds(value))
      fail(`${prefix}${name} is ${show(value)}. Give ${rule.wanted}.`)
  }
}

const show = (value: unknown): string =>
  typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value)).slice(0, 100)

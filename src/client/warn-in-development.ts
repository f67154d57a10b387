// Warns in development: about a `set` that ran before the load and replaced a stored value, and about what waiting does not mend. The client's
// wiring calls it once.
import { SessionEndedError } from '../errors/session-ended-error.ts'
import { isSessionError, type SessionError } from '../errors/session-error.ts'
import { isSameValue } from '../schema/is-same-value.ts'
import type { SessionEvents } from './types.ts'

/** Bundlers replace the mode of the build. A page that no bundler built has no such global. */
declare const process: { readonly env: { readonly NODE_ENV?: string } }

type Events = Pick<SessionEvents, 'conflict' | 'ended' | 'exchange' | 'rejected'>
type On = <E extends keyof Events>(event: E, run: (value: Events[E]) => void) => unknown

/** Creates a warning that says each text once. */
function createWarning(): (text: string) => void {
  const warned = new Set<string>()
  return (text) => {
    if (warned.has(text)) return
    warned.add(text)
    // biome-ignore lint/suspicious/noConsole: a warning for developers, which a production build drops
    console.warn(text)
  }
}

/** Errors whose cause is how the app, its server or its network is set up. A function of the app may throw anything, undefined too. */
function isOfSetUp(error: unknown): error is SessionError {
  if (!isSessionError(error)) return false
  const { code, problem } = error as SessionError & { readonly problem?: string }
  return code === 'protocol' || code === 'config' || problem === 'csrf' || problem === 'private-key'
}

function watch(on: On): void {
  const warn = createWarning()
  on('conflict', ({ key, mine, theirs, value, early }) => {
    if (!early || mine === undefined || isSameValue(value, theirs)) return
    warn(`set(${JSON.stringify(key)}) ran before the session was loaded and replaced a stored value. Use update(), or await ready().`)
  })
  on('exchange', ({ error }) => isOfSetUp(error) && warn(error.message))
  on('ended', ({ reason }) => reason === 'cookie-refused' && warn(new SessionEndedError(reason, 'not-stored', {}).message))
  on('rejected', ({ error }) => isOfSetUp(error) && warn(error.message))
}

/** Warns once for each text. A production build, and a page that no bundler built, warn about nothing. */
export function warnInDevelopment(on: On): void {
  try {
    if (process.env.NODE_ENV !== 'production') watch(on)
  } catch {
    // A page that no bundler built.
  }
}

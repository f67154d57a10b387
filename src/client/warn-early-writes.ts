// Warns in development about a `set` that ran before the load and replaced a stored value. The client's wiring calls it once.
import { isSameValue } from '../schema/is-same-value.ts'
import type { SessionEvents } from './types.ts'

/** Bundlers replace the mode of the build. A page that no bundler built has no such global. */
declare const process: { readonly env: { readonly NODE_ENV?: string } }

function createWarning(): (conflict: SessionEvents['conflict']) => void {
  const warned = new Set<string>()
  return ({ key, mine, theirs, value, early }) => {
    if (!early || mine === undefined || isSameValue(value, theirs) || warned.has(key)) return
    warned.add(key)
    // biome-ignore lint/suspicious/noConsole: a warning for developers, which a production build drops
    console.warn(
      `set(${JSON.stringify(key)}) ran before the session was loaded and replaced a stored value. Use update(), or await ready().`,
    )
  }
}

/** Warns once for each key. A production build, and a page that no bundler built, warn about nothing. */
export function warnAboutEarlyWrites(on: (event: 'conflict', run: (conflict: SessionEvents['conflict']) => void) => unknown): void {
  try {
    if (process.env.NODE_ENV !== 'production') on('conflict', createWarning())
  } catch {
    // A page that no bundler built.
  }
}

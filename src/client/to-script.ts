// Writes a dehydrated state into a page. Apps call it on the server; nothing else here does.
import type { DehydratedSession } from './types.ts'

/**
 * Returns what `dehydrate` gave as text for an inline script: JSON in which nothing ends the script, opens a comment or breaks
 * a line of JavaScript, whatever the visitor stored. `null` if there is no state, which `initialState` takes too.
 *
 * @example
 * `<script type="application/json" id="session">${toScript(session.dehydrate())}</script>`
 */
export function toScript(state: DehydratedSession | undefined): string {
  return JSON.stringify(state ?? null).replaceAll(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

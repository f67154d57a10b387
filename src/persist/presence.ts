// Looks for the presence cookie of a lineage. `find-logs.ts` calls it before it shows a base. It reads cookies and sets none.
import { presenceLength, presenceName, presenceText } from '../protocol/presence.ts'

/** Returns the value of the presence cookie of a lineage: the first characters of a SHA-256 in base64url. */
export async function presenceOf(lineage: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(presenceText(lineage)))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .slice(0, presenceLength)
}

/** Whether the cookies that script sees have the presence cookie of a lineage. Its own name depends on the name of the session cookie. */
export async function isPresent(cookies: string, lineage: string | null): Promise<boolean> {
  if (lineage === null) return false
  const ending = `${presenceName('')}=${await presenceOf(lineage)}`
  return cookies.split('; ').some((cookie) => cookie.endsWith(ending))
}

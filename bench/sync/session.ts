// Opens Sojourn's client for the sync suite.
import { createSessionClient, type SessionClient } from 'sojourn'
import * as z from 'zod'
import type { Browser } from '../lib/browser.ts'

/** Opens Sojourn's client of a session of numbers, and loads it. */
export async function openSession(
  { origin, fetch }: Browser,
  keys: readonly string[],
): Promise<SessionClient<Record<string, number>, Record<string, number>>> {
  const number = z.number().default(0)
  const session = createSessionClient({
    url: `${origin}/session`,
    fetch,
    schema: z.object(Object.fromEntries(keys.map((key) => [key, number]))),
  })
  await session.ready()
  return session
}

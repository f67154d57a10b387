// The floor on Sojourn's own server: one hand-written commit.
import { randomBytes } from 'node:crypto'
import ky from 'ky'
import type { CreateWriter } from '../writer.ts'

/** The floor to Sojourn's own server: one hand-written commit, without what it expects. What Sojourn takes beyond it is the client's. */
export const createWriter: CreateWriter = (browser) => {
  const url = `${browser.origin}/session`
  const client = randomBytes(16).toString('base64url')
  const values = new Map<string, number>()
  let n = 0
  let known = { lineage: null, version: 'v0' }
  return {
    url,
    async write(entries) {
      for (const [key, value] of entries) values.set(key, value)
      const body = { lineage: known.lineage, base: known.version, after: n, set: Object.fromEntries(entries) }
      const headers = { 'Idempotency-Key': `"${client}/${++n}"`, Prefer: 'return=minimal' }
      known = await ky.patch(url, { json: body, headers, fetch: browser.fetch, retry: 0 }).json()
    },
    read: (key) => values.get(key),
  }
}

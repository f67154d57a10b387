// Sojourn as a contender of the hot suite, with an in-process server, so that only the client is measured.
import { createSessionClient, type SessionClient, type Transport } from 'sojourn'
import * as z from 'zod'
import type { CreateStore } from '../store.ts'

/** A server in the same process that takes every commit: what is measured is the client. */
function createServer(): Transport {
  let last = 0
  return async ({ method, body }) => {
    const commit = body === undefined ? {} : JSON.parse(body)
    if (method === 'PATCH') last++
    const tags = Object.fromEntries(Object.keys(commit.set ?? {}).map((key) => [key, `t${last}`]))
    return {
      status: method === 'PATCH' ? 200 : 304,
      header: () => null,
      body: { lineage: 'l', version: `v${last}`, tags, last, expiry: { age: 1000, atBrowserClose: false } },
    }
  }
}

/** Sojourn as it is: every value validated, logged and acknowledged. */
export const createStore: CreateStore = (initial) => {
  const number = z.number()
  const keys = Object.keys(initial)
  const session: SessionClient<Record<string, number | undefined>, Record<string, number>> = createSessionClient({
    url: 'http://localhost/session',
    schema: z.object(Object.fromEntries(keys.map((key) => [key, number]))),
    transport: createServer(),
    initialState: {
      state: {
        lineage: 'l',
        version: 'v0',
        data: { ...initial },
        tags: Object.fromEntries(keys.map((key) => [key, 't0'])),
        last: 0,
        expiry: { age: 1000, atBrowserClose: false },
      },
    },
  })
  return {
    read: (key) => session.peek(key) as number,
    set(key, value) {
      session.set(key, value)
    },
    subscribe: (key, listener) => session.key(key).listen(listener as (value: number | undefined) => void),
    settle: () => session.settled(),
  }
}

// The cases of the store contract in which a command arrives twice, as client libraries resend what was not answered. describe-store.ts
// runs them.
import { createSessionHandler } from '../handler.ts'
import type { SessionStore } from '../store.ts'
import { entryOf, idOf, type StoreCase } from './cases.ts'

const [a, b] = ['a', 'b'].map(idOf) as [string, string]

/** Every case with a repeated command. */
export const repeatedCases: readonly StoreCase[] = [
  [
    'a repeated write is true, and false after another write',
    async ({ store, expect }) => {
      const first = { id: a, expected: null, entry: entryOf('r1') }
      const second = { id: a, expected: 'r1', entry: entryOf('r2') }
      expect([await store.write(first), await store.write(first)]).toEqual([true, true])
      expect([await store.write(second), await store.write(second), await store.write(first)]).toEqual([true, true, false])
      expect(await store.read(a)).toEqual(entryOf('r2'))
    },
  ],
  [
    'a repeated rotation is true and leaves both entries',
    async ({ store, expect }) => {
      await store.write({ id: a, expected: null, entry: entryOf('r1') })
      const rotation = { id: a, expected: 'r1', entry: entryOf('r2'), insert: { id: b, entry: entryOf('r3') } }
      expect([await store.write(rotation), await store.write(rotation)]).toEqual([true, true])
      expect([await store.read(a), await store.read(b)]).toEqual([entryOf('r2'), entryOf('r3')])
    },
  ],
  [
    'server code counts each update once while commands are resent and eight requests write one session',
    async ({ store, expect }) => {
      // A handler for each writer, as in eight processes: writers of one handler wait for each other.
      const resent = resending(store)
      const open = async (cookie?: string) => {
        const sessions = createSessionHandler({ keys: ['count'], store: resent, now: () => 1_000_000, sweep: false })
        return sessions.open(new Request('https://app.test/', { headers: cookie === undefined ? {} : { Cookie: cookie } }))
      }
      const first = await open()
      await first.set('count', 0)
      const cookie = String(first.respond(new Response()).headers.get('Set-Cookie')).split(';')[0] as string
      const count = async (): Promise<void> => {
        for (let round = 0; round < 10; round += 1) {
          await (await open(cookie)).update('count', (count) => Number(count) + 1)
        }
      }
      await Promise.all(Array.from({ length: 8 }, count))
      expect((await open(cookie)).get('count')).toEqual(80)
    },
  ],
]

/** Loses every fourth response and sends the command again, as ioredis does after a reconnect. */
function resending(store: SessionStore): SessionStore {
  let commands = 0
  return {
    ...store,
    read: store.read,
    remove: store.remove,
    write: async (write) => {
      commands += 1
      const isLost = commands % 4 === 0
      const answer = await store.write(write)
      if (!isLost) return answer
      await new Promise((resolve) => setTimeout(resolve, 2 + (commands % 5)))
      return store.write(write)
    },
  }
}

// Proves server code's writes of one hot session: they take turns inside a process, and count once over stores that resend commands.
import { createMemoryStore, createSessionHandler, type SessionStore } from 'sojourn/server'
import { expect, test } from 'vitest'
import { createVisitor, keys, url } from './visitor.ts'

/** A store on another machine: every command takes some turns of the event loop. */
function createSlowStore(change: Partial<SessionStore> = {}) {
  const inner = createMemoryStore()
  const commands = { count: 0 }
  const slow =
    <A extends unknown[], R>(run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      commands.count += 1
      await new Promise((resolve) => setTimeout(resolve, 1 + (commands.count % 3)))
      return run(...args)
    }
  const store: SessionStore = { ...inner, read: slow(inner.read), write: slow(inner.write), ...change }
  return { store, commands }
}

test('forty requests that update one session at once all succeed, with a read and a write for each', async () => {
  const { store, commands } = createSlowStore()
  const sessions = createSessionHandler({ keys, store })
  const visitor = createVisitor(sessions)
  await visitor.commit({ set: { count: 0 } })
  const open = () => sessions.open(new Request(url, { headers: { Cookie: visitor.cookie as string } }))
  const opened = await Promise.all(Array.from({ length: 40 }, open))
  commands.count = 0
  await Promise.all(opened.map((session) => session.update('count', (count) => Number(count) + 1)))
  expect((await open()).get('count')).toBe(40)
  expect(commands.count).toBeLessThan(90)
})

test('two log-outs of one session at once both succeed', async () => {
  const sessions = createSessionHandler({ keys, store: createSlowStore().store })
  const visitor = createVisitor(sessions)
  await visitor.commit({ set: { a: 1 } })
  const open = () => sessions.open(new Request(url, { headers: { Cookie: visitor.cookie as string } }))
  const [one, two] = await Promise.all([open(), open()])
  await Promise.all([one.flush(), two.flush()])
  expect((await visitor.read()).body.lineage).toBeNull()
})

test('a write of server code that rejects lets the next one go on', async () => {
  const { store } = createSlowStore()
  let faults = 1
  const write: SessionStore['write'] = async (given) => {
    if (given.expected !== null && faults-- > 0) throw new Error('the connection was cut')
    return store.write(given)
  }
  const sessions = createSessionHandler({ keys, store: { ...store, write } })
  const visitor = createVisitor(sessions)
  await visitor.commit({ set: { a: 1 } })
  const open = () => sessions.open(new Request(url, { headers: { Cookie: visitor.cookie as string } }))
  const [one, two] = await Promise.all([open(), open()])
  const results = await Promise.allSettled([one, two].map((session, n) => session.set('n', n)))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})

// Provokes each error class once, by its code.
import { createSessionClient } from 'sojourn'
import { z } from 'zod'
import { advance, begin, errorOf, flush, follow } from '../client/harness.ts'

/** What a pending write was rejected with after a while. */
async function rejectionOf(call: () => unknown): Promise<unknown> {
  const outcome = follow(call)
  await advance(120_000)
  return outcome.error
}

/** How each error comes about, by its code. */
export const provoke: Readonly<Record<string, () => Promise<unknown>>> = {
  config: () => errorOf(() => createSessionClient({ url: '/session', schema: z.object({ _own: z.string() }) as never })),

  async schema() {
    const { session } = await begin()
    return errorOf(() => session.set('theme', 'blue' as never))
  },

  async 'invalid-value'() {
    const { mock, session } = await begin()
    await mock.writeWire({ count: 'many' })
    await session.revalidate()
    return rejectionOf(() => session.update('count', (count) => count + 1))
  },

  async usage() {
    const { session } = await begin()
    return rejectionOf(() => session.exclusive(() => session.set('count', 1)))
  },

  async conflict() {
    const { mock, session } = await begin({ count: 1 }, { conflict: 'reject' })
    mock.next({ fault: 'write-beside', method: 'PATCH', write: { count: 5 } })
    return rejectionOf(() => session.set('count', 2))
  },

  async rejected() {
    const { session } = await begin({ count: 1 }, {}, { validate: () => [{ key: 'count', message: 'no' }] })
    return rejectionOf(() => session.set('count', 2))
  },

  async ended() {
    const { mock, session } = await begin()
    await mock.flush()
    return rejectionOf(() => session.set('count', 2))
  },

  async 'unknown-fate'() {
    const { mock, session } = await begin()
    mock.next({ fault: 'server-error', times: 5, method: 'PATCH' })
    return rejectionOf(() => session.set('count', 2))
  },

  async discarded() {
    const { session } = await begin()
    const written = follow(() => session.set('count', 2))
    session.pending[0]?.discard()
    await flush()
    return written.error
  },

  async disposed() {
    const { session } = await begin()
    session.dispose()
    return errorOf(() => session.set('count', 2))
  },

  async 'needs-auth'() {
    const { mock, session } = await begin()
    mock.next('unauthenticated')
    return rejectionOf(() => session.revalidate())
  },

  async network() {
    const { mock, session } = await begin()
    mock.next({ fault: 'lose-request', times: 9 })
    void session.set('count', 2)
    await advance(100)
    return session.getSnapshot().error
  },

  async protocol() {
    const { mock, session } = await begin()
    mock.next({ fault: 'captive-portal', times: 9 })
    void session.set('count', 2)
    await advance(100)
    return session.getSnapshot().error
  },
}

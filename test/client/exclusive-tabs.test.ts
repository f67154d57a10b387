import { createSessionClient, type SessionChannel } from 'sojourn'
import { createMockSessionServer } from 'sojourn/msw'
import { afterEach, expect, test } from 'vitest'
import * as z from 'zod'

const schema = z.object({ theme: z.string().default('light'), cart: z.array(z.string()).default([]) })
const opened: { dispose(): void }[] = []

afterEach(() => {
  for (const { dispose } of opened.splice(0)) dispose()
})

/** Channels that reach each other, as BroadcastChannel does within one browser. */
function createChannels(): () => SessionChannel {
  const members = new Set<{ listener?: (event: { data: unknown }) => void }>()
  return () => {
    const member: { listener?: (event: { data: unknown }) => void } = {}
    members.add(member)
    return {
      postMessage: (message) => {
        const data = structuredClone(message)
        for (const other of members) if (other !== member) queueMicrotask(() => other.listener?.({ data }))
      },
      addEventListener: (_, listener) => {
        member.listener = listener
      },
      close: () => void members.delete(member),
    }
  }
}

function openTabs(mock: ReturnType<typeof createMockSessionServer>) {
  const channel = createChannels()
  const open = () => createSessionClient({ url: mock.url, fetch: mock.fetch, schema, channel })
  const tabs = [open(), open()] as const
  opened.push(...tabs)
  return { tabs, open }
}

test('exclusive in one tab holds the writes of another until it is over', async () => {
  const mock = createMockSessionServer()
  const { tabs } = openTabs(mock)
  const [a, b] = tabs
  await a.set('theme', 'dark')
  await b.get('theme')
  let write: Promise<void> | undefined
  await a.exclusive(async () => {
    write = b.set('cart', ['tea'])
    await mock.signIn('ada')
    expect(mock.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1)
    expect(b.peek('cart')).toEqual(['tea'])
  })
  await write
  expect(await mock.data()).toEqual({ theme: 'dark', cart: ['tea'] })
  expect(a.identity).toBe('ada')
})

test('exclusive waits for what another tab has under way', async () => {
  const mock = createMockSessionServer()
  const { tabs } = openTabs(mock)
  const [a, b] = tabs
  await a.set('theme', 'dark')
  await b.get('theme')
  const held = mock.next({ fault: 'hold', method: 'PATCH' })
  const write = b.set('cart', ['tea'])
  await held.reached()
  const order: string[] = []
  const done = a.exclusive(() => void order.push('exclusive'))
  void write.then(() => order.push('write'))
  await new Promise<void>((resolve) => void queueMicrotask(resolve))
  await held.release()
  await done
  expect(order).toEqual(['write', 'exclusive'])
})

test('a tab that is opened meanwhile asks and is held too', async () => {
  const mock = createMockSessionServer()
  const { tabs, open } = openTabs(mock)
  const [a] = tabs
  await a.set('theme', 'dark')
  let late: Promise<void> | undefined
  await a.exclusive(async () => {
    const c = open()
    opened.push(c)
    await c.get('theme')
    late = c.set('cart', ['tea'])
    await mock.signIn('ada')
    expect(mock.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1)
  })
  await late
  expect(await mock.data()).toEqual({ theme: 'dark', cart: ['tea'] })
})

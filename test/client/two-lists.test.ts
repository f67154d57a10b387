// Proves that the tabs of a visitor send few requests while two releases with different lists of keys respond at one address, and that they
// end at one state when the deploy is over.
import { createSessionClient } from 'sojourn'
import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createRandom } from '../simulation/random.ts'
import { advance, createHub, createLocks, track, useFakeTime } from './harness.ts'

useFakeTime()

const oldSchema = z.object({ theme: z.string().default('light'), count: z.number().default(0) })
const schema = oldSchema.extend({ coupon: z.string().optional() })

type Release = 'old' | 'new'

/** An address behind which two releases share a store. `route` says which one responds; each request takes its own time. */
function createDeploy(seed: number, count: number) {
  const random = createRandom(seed, 'deploy')
  const store = createMemoryStore()
  const releases = { old: createSessionHandler({ store, schema: oldSchema }), new: createSessionHandler({ store, schema }) }
  const drawn = (): Release => random.pick(['old', 'new'])
  let route: () => Release = drawn
  let cookie = ''
  let requests = 0

  async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    requests += 1
    request.headers.set('Sec-Fetch-Site', 'same-origin')
    if (cookie) request.headers.set('Cookie', cookie)
    await new Promise((resolve) => setTimeout(resolve, 5 + random.int(200)))
    const response = await releases[route()](request)
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    return response
  }

  const hub = createHub()
  const { locks } = createLocks()
  const tabs = Array.from({ length: count }, () =>
    track(createSessionClient({ url: 'http://localhost/session', schema, fetch, channel: hub.channel, locks, random: random.next })),
  )
  return {
    tabs,
    random,
    store,
    /** A response of the app itself, by either release. */
    async app(): Promise<Response> {
      const session = await releases[drawn()].open(new Request('http://localhost/app', { headers: { Cookie: cookie } }))
      return session.respond(new Response('ok'))
    },
    finish: () => {
      route = () => 'new'
    },
    /** Runs something, lets a minute pass and returns how many requests were sent. */
    async requestsOf(run: () => unknown): Promise<number> {
      const before = requests
      await run()
      await advance(60_000)
      return requests - before
    },
  }
}

async function begin(seed: number, count: number) {
  const deploy = createDeploy(seed, count)
  const [first] = deploy.tabs
  const loading = await deploy.requestsOf(() => {
    void first?.set('count', 1)
    for (const tab of deploy.tabs) void tab.get('count')
  })
  return { deploy, loading }
}

const cases = [2, 3, 5, 10, 20].flatMap((count) => [1, 2, 3].map((seed) => [count, seed] as const))

describe.each(cases)('a deploy under %i tabs (draw %i)', (count, seed) => {
  test('costs a handful of requests for each tab and change, and none without one', async () => {
    const { deploy, loading } = await begin(seed, count)
    const { tabs, random } = deploy
    expect(loading).toBeLessThanOrEqual(6 * count)
    expect(await deploy.requestsOf(() => {})).toBe(0)
    expect(await deploy.requestsOf(() => void tabs[0]?.set('count', 2))).toBeLessThanOrEqual(3 * count)
    const focused = await deploy.requestsOf(() => {
      for (const tab of tabs) void tab.revalidate()
    })
    expect(focused).toBeLessThanOrEqual(3 * count)
    const writing = await deploy.requestsOf(async () => {
      for (let writes = 0; writes < 10; writes += 1) {
        void tabs[writes % count]?.update('count', (n) => n + 1)
        await advance(random.int(300))
      }
    })
    // Each write is a commit, with conflicts, and a read of each other tab that is at the other release's version.
    expect(writing).toBeLessThanOrEqual(10 * (2 * count + 4))
    expect(tabs.map((tab) => tab.peek('count'))).toEqual(tabs.map(() => 12))
  })

  test('ends with all tabs at the new state, and nothing is hidden or lost', async () => {
    const { deploy } = await begin(seed, count)
    const { tabs } = deploy
    const last = tabs.at(-1)
    deploy.finish()
    await deploy.requestsOf(() => void last?.set('coupon', 'spring'))
    await deploy.requestsOf(() => {
      for (const tab of tabs) void tab.revalidate()
    })
    expect(new Set(tabs.map((tab) => tab.dehydrate()?.state.version)).size).toBe(1)
    expect(tabs.map((tab) => [tab.peek('count'), tab.peek('coupon')])).toEqual(tabs.map(() => [1, 'spring']))
  })
})

test('the responses of an app that alternate between two releases cause a few reads, and not one each', async () => {
  const { deploy } = await begin(4, 5)
  const [first] = deploy.tabs
  const noticing = await deploy.requestsOf(async () => {
    for (let responses = 0; responses < 120; responses += 1) {
      first?.notice(await deploy.app())
      await advance(500)
    }
  })
  expect(noticing).toBeLessThanOrEqual(30)
})

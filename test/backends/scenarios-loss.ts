// Scenarios of what Django's engines lose or cannot hold.
import { commit, deleteRow, end, evict, hold, letGo, read, repeat, type Scenario, saveOver, set, staleCache, view } from './scenario.ts'

const long = 'x'.repeat(300)

/** Not to be compressed, and the same at each run; two of other lengths have nothing in common. */
const noise = (length: number): string => {
  let state = length
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647
    return 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'[state % 64]
  }).join('')
}

const others = Array.from({ length: 20 }, (_, index) => `b${index}`)

/** What Django loses, and what it cannot hold. */
export const lossScenarios: readonly Scenario[] = [
  {
    name: 'a view that read before a commit and saves after it undoes the commit',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [saveOver({ b: 2 }, set({ a: 2 })), '200 L1 {"a":2} last=2 [key]'],
      [read('b'), '200 L1 {"a":1,"b":2}'],
      [set({ c: 3 }), '409 out-of-step L1 {"a":1,"b":2} last=1'],
      [set({ c: 3 }), '200 L1 {"a":1,"b":2,"c":3} last=4 [key]'],
    ],
  },
  {
    name: 'a commit that a view has undone is stored when it comes again',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [saveOver({ b: 2 }, set({ a: 2 })), '200 L1 {"a":2} last=2 [key]'],
      [repeat(), '200 L1 {"a":2,"b":2} last=2 [key]'],
    ],
  },
  {
    name: 'a view that read before a session ended does not bring it back, unless it is in the cookie',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [hold(read()), ''],
      [saveOver({ b: 2 }, end), { signed_cookies: '204 key', else: '204 key-gone' }],
      [letGo, { signed_cookies: '200 L1 {"a":1} last=1', else: '200 key-unknown' }],
      [read(), { signed_cookies: '200 L1 {"a":1,"b":2} last=1', else: '200' }],
    ],
  },
  {
    name: 'a view that read before the key was rotated saves nothing, unless the session is in the cookie',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [saveOver({ b: 2 }, commit({ set: { a: 2 }, cycleKey: true })), '200 L1 {"a":2} last=2 key'],
      [read(), { signed_cookies: '200 L1 {"a":1,"b":2} last=1', else: '200 L1 {"a":2} last=2' }],
    ],
  },
  {
    name: 'what a cache evicts is gone, and its cookie is left',
    engines: ['cache'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [evict, ''],
      [read(), '200 key-unknown'],
      [view.read, 'none'],
      [set({ a: 2 }), '409 unknown-key key-unknown'],
    ],
  },
  {
    name: 'what the cache before rows evicts is read from its row',
    engines: ['cached_db'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [evict, ''],
      [read(), '200 L1 {"a":1} last=1'],
      [view.read, '{"a":1}'],
      [view.write({ b: 2 }), ''],
      [read(), '200 L1 {"a":1,"b":2} last=1'],
    ],
  },
  {
    name: 'a row that is deleted ends the session for clients; views read it on from the cache',
    engines: ['db', 'cached_db'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [deleteRow, ''],
      [read(), '200 key-unknown'],
      [set({ a: 2 }), '409 unknown-key key-unknown'],
      [view.read, { db: 'none', cached_db: '{"a":1}' }],
    ],
  },
  {
    name: 'a cache that fell behind its row is seen by views alone, and the next one that writes undoes the commit',
    engines: ['cached_db'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [staleCache(set({ a: 2 })), '200 L1 {"a":2} last=2'],
      [read(), '200 L1 {"a":2} last=2'],
      [view.read, '{"a":1}'],
      [view.write({ b: 2 }), ''],
      [read(), '200 L1 {"a":1,"b":2} last=1'],
    ],
  },
  {
    name: 'a session that was ended is gone for clients, whatever the cache took up late',
    engines: ['cached_db'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [hold(read()), ''],
      [staleCache(end), '204 key-gone'],
      [letGo, '200 key-unknown'],
    ],
  },
  {
    name: 'the next commit brings a cache that fell behind up to its row',
    engines: ['cached_db'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [staleCache(set({ a: 2 })), '200 L1 {"a":2} last=2'],
      [set({ b: 2 }), '200 L1 {"a":2,"b":2} last=3'],
      [view.read, '{"a":2,"b":2}'],
    ],
  },
  {
    name: 'a cookie holds 4,096 bytes, and a commit that would be larger is refused',
    steps: [
      [set({ a: noise(1_500) }), '200 L1 {"a":"1500 characters"} last=1 key'],
      [
        set({ b: noise(3_000) }),
        { signed_cookies: '413 too-large limit=4082', else: '200 L1 {"a":"1500 characters","b":"3000 characters"} last=2' },
      ],
      [
        read(),
        { signed_cookies: '200 L1 {"a":"1500 characters"} last=1', else: '200 L1 {"a":"1500 characters","b":"3000 characters"} last=2' },
      ],
    ],
  },
  {
    name: 'what repeats itself is compressed before it is measured',
    steps: [
      [set({ a: Array.from({ length: 20 }, () => long) }), `200 L1 {"a":[${'"300 characters",'.repeat(20).slice(0, -1)}]} last=1 key`],
    ],
  },
  {
    name: 'a view that makes the cookie too long loses what it wrote, without a word',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [view.write({ b: noise(5_000) }), ''],
      [read(), { signed_cookies: '200 L1 {"a":1} last=1', else: '200 L1 {"a":1,"b":"5000 characters"} last=1' }],
    ],
  },
  {
    name: 'a cookie that is full forgets the clients that wrote longest ago',
    engines: ['signed_cookies'],
    steps: [
      [set({ a: noise(2_000) }), '200 L1 {"a":"2000 characters"} last=1 key'],
      ...others.flatMap((client): Scenario['steps'] => [
        [read(client), '200 L1 {"a":"2000 characters"}'],
        [commit({}, client), '200 L1 {"a":"2000 characters"} last=1 key'],
      ]),
      [read('z'), '200 L1 {"a":"2000 characters"}'],
      [set({ b: noise(1_200) }, 'z'), '200 L1 {"a":"2000 characters","b":"1200 characters"} last=1 key'],
      [read(), '200 L1 {"a":"2000 characters","b":"1200 characters"} forgotten'],
      [read('b19'), '200 L1 {"a":"2000 characters","b":"1200 characters"} last=1'],
    ],
  },
]

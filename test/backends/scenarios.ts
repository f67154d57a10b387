// All scenarios, the protocol's own among them.
import { commit, end, expire, hold, holdAnswer, letGo, read, repeat, type Scenario, set, view } from './scenario.ts'
import { expiryScenarios } from './scenarios-expiry.ts'
import { lossScenarios } from './scenarios-loss.ts'

const protocolScenarios: readonly Scenario[] = [
  {
    name: 'reading creates nothing',
    steps: [
      [read(), '200'],
      [view.read, 'none'],
    ],
  },
  {
    name: 'a commit creates a session, and the next one changes it',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [commit({ set: { b: [true, null] }, delete: ['a'] }), '200 L1 {"b":[true,null]} last=2 [key]'],
      [commit({ clear: true }), '200 L1 {} last=3 [key]'],
      [read(), '200 L1 {} last=3'],
      [read('b'), '200 L1 {}'],
    ],
  },
  {
    name: 'a commit without the CSRF token is refused',
    steps: [
      [{ do: 'commit', commit: { set: { a: 1 } }, token: false }, '403 csrf'],
      [read(), '200'],
    ],
  },
  {
    name: 'commits of different keys meet, those of one key conflict',
    steps: [
      [set({ a: 1, b: 1 }), '200 L1 {"a":1,"b":1} last=1 key'],
      [read('b'), '200 L1 {"a":1,"b":1}'],
      [set({ a: 2 }, 'b'), '200 L1 {"a":2,"b":1} last=1 [key]'],
      [set({ b: 2 }), '200 L1 {"a":2,"b":2} last=2 [key]'],
      [set({ a: 3, b: 3 }, 'b'), '409 conflict L1 {"a":2,"b":2} last=1 conflicts=b'],
    ],
  },
  {
    name: 'two commits of different keys that leave together are both kept, unless the session is in the cookie',
    steps: [
      [set({ a: 1, b: 1 }), '200 L1 {"a":1,"b":1} last=1 key'],
      [read('b'), '200 L1 {"a":1,"b":1}'],
      [hold(set({ b: 2 }, 'b')), ''],
      [set({ a: 2 }), '200 L1 {"a":2,"b":1} last=2 [key]'],
      [letGo, { signed_cookies: '200 L1 {"a":1,"b":2} last=1 key', else: '200 L1 {"a":2,"b":2} last=1' }],
      [read(), { signed_cookies: '200 L1 {"a":1,"b":2} last=1', else: '200 L1 {"a":2,"b":2} last=2' }],
    ],
  },
  {
    name: 'a repeated commit is stored once',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [read('b'), '200 L1 {"a":1}'],
      [set({ a: 2 }, 'b'), '200 L1 {"a":2} last=1 [key]'],
      [repeat(), '200 L1 {"a":2} last=1'],
    ],
  },
  {
    name: 'an ordinary view writes, and clients see it',
    steps: [
      [view.write({ a: 1 }), 'key'],
      [read(), '200 L1 {"a":1}'],
      [set({ b: 2 }), '200 L1 {"a":1,"b":2} last=1 [key]'],
      [view.write({ a: 3 }), '[key]'],
      [set({ a: 4 }), '409 conflict L1 {"a":3,"b":2} last=1 conflicts=a'],
      [view.read, '{"a":3,"b":2}'],
    ],
  },
  {
    name: 'a session that is ended is gone for who comes late, but not where nothing can be taken back',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [hold(read()), ''],
      [end, '204 key-gone'],
      [letGo, { signed_cookies: '200 L1 {"a":1} last=1', else: '200 key-unknown' }],
      [read(), '200'],
    ],
  },
  {
    name: 'a late commit brings a session that was ended back where it lies in the cookie',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [hold(set({ a: 2 })), ''],
      [end, '204 key-gone'],
      [letGo, { signed_cookies: '200 L1 {"a":2} last=2 key', else: '410 gone key-unknown' }],
      [read(), { signed_cookies: '200 L1 {"a":2} last=2', else: '200' }],
    ],
  },
  {
    name: 'a log-in keeps the data under another key',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [hold(read()), ''],
      [view.logIn('ada'), 'key'],
      [letGo, { signed_cookies: '200 L1 {"a":1} last=1', else: '200 key-unknown' }],
      [read(), '200 L1 {"a":1} last=1 signed-in'],
      [set({ a: 2 }), '200 L1 {"a":2} last=2 signed-in [key]'],
    ],
  },
  {
    name: 'the late answer of a commit undoes a log-in where it carries the session',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [holdAnswer(set({ a: 2 })), ''],
      [view.logIn('ada'), 'key'],
      [read(), { signed_cookies: '200 L1 {"a":1} last=1 signed-in', else: '200 L1 {"a":2} last=2 signed-in' }],
      [letGo, '200 L1 {"a":2} last=2 [key]'],
      [read(), { signed_cookies: '200 L1 {"a":2} last=2', else: '200 L1 {"a":2} last=2 signed-in' }],
    ],
  },
  {
    name: 'the late answer of a commit undoes a log-out where it carries the session',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [view.logIn('ada'), 'key'],
      [read(), '200 L1 {"a":1} last=1 signed-in'],
      // The first commit after a log-in may set the cookie again, which then has its full life.
      [set({ a: 2 }), '200 L1 {"a":2} last=2 signed-in [key]'],
      [holdAnswer(set({ a: 3 })), ''],
      [view.logOut, 'key-gone'],
      [letGo, '200 L1 {"a":3} last=3 signed-in [key]'],
      [read(), { signed_cookies: '200 L1 {"a":3} last=3 signed-in', else: '200' }],
    ],
  },
  {
    name: 'the same person who logs in again keeps the key',
    engines: ['db', 'cached_db', 'cache', 'file'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [view.logIn('ada'), 'key'],
      [view.logIn('ada'), ''],
      [read(), '200 L1 {"a":1} last=1 signed-in'],
    ],
  },
  {
    name: 'another person who logs in gets another session',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [view.logIn('ada'), 'key'],
      [read(), '200 L1 {"a":1} last=1 signed-in'],
      [view.logIn('bob'), 'key'],
      [read(), '200 L2 {} signed-in'],
      [set({ a: 2 }), '200 L2 {"a":2} last=2 signed-in [key]'],
      [view.logOut, 'key-gone'],
      [set({ a: 3 }), '410 gone'],
      [end, '204'],
    ],
  },
  {
    name: 'who means the session of before a log-in ends nothing',
    steps: [
      [view.logIn('ada'), 'key'],
      [read(), '200 L1 {} signed-in'],
      [set({ a: 1 }), '200 L1 {"a":1} last=1 signed-in [key]'],
      [view.logIn('bob'), 'key'],
      [end, '410 gone L2 {} signed-in'],
      [end, '204 key-gone'],
    ],
  },
  {
    name: 'a view gives the session another key, and a commit does',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [view.rotate, 'key'],
      [set({ a: 2 }), '200 L1 {"a":2} last=2 [key]'],
      [hold(repeat()), ''],
      [commit({ cycleKey: true }), '200 L1 {"a":2} last=3 key'],
      [letGo, { signed_cookies: '200 L1 {"a":2} last=2', else: '410 gone key-unknown' }],
      [read(), '200 L1 {"a":2} last=3'],
    ],
  },
  {
    name: 'a rotating commit that comes again with the key of before finds the new one',
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [hold(commit({ cycleKey: true })), ''],
      [repeat(), '200 L1 {"a":1} last=2 key'],
      [letGo, '200 L1 {"a":1} last=2 [key]'],
      [read(), '200 L1 {"a":1} last=2'],
    ],
  },
  {
    name: 'a cookie that names nothing creates nothing, unless it is asked to',
    engines: ['db', 'cached_db', 'cache', 'file'],
    steps: [
      [set({ a: 1 }), '200 L1 {"a":1} last=1 key'],
      [expire, ''],
      [end, '204'],
      [read(), '200 key-unknown'],
      [set({ a: 2 }, 'b'), '409 unknown-key key-unknown'],
      [commit({ set: { a: 2 }, fresh: true }, 'b'), '200 L2 {"a":2} last=2 key'],
    ],
  },
]

/** What every engine is played, and the mock of each. */
export const scenarios: readonly Scenario[] = [...protocolScenarios, ...expiryScenarios, ...lossScenarios]

// Scenarios of expiry. Real Django waits in real time, so each engine waits once.
import { commit, holdAnswer, letGo, read, type Scenario, set, view, wait } from './scenario.ts'

/** Waiting is real where Django is: each engine waits once in each of these. */
export const expiryScenarios: readonly Scenario[] = [
  {
    name: 'the expiry is told, and set back',
    steps: [
      [commit({ set: { a: 1 }, expiry: 300 }), '200 L1 {"a":1} last=1 age=300 key'],
      [read(), '200 L1 {"a":1} last=1 age=300'],
      [commit({ expiry: 0 }), '200 L1 {"a":1} last=2 browser-close [key]'],
      [commit({ expiry: null }), '200 L1 {"a":1} last=3 [key]'],
      [read(), '200 L1 {"a":1} last=3'],
    ],
  },
  {
    name: 'a client that asks for longer than the policy is refused, and nothing is stored',
    steps: [
      [commit({ set: { a: 1 }, expiry: 2_419_200 }), '422 expiry-too-long limit=1209600'],
      [read(), '200'],
    ],
  },
  {
    name: 'an expiry in seconds ends the session for clients; views go on where Django does not look at it',
    steps: [
      [commit({ set: { a: 1 }, expiry: 6 }), '200 L1 {"a":1} last=1 age=100 key'],
      [wait(7), ''],
      [read(), '200 key-unknown'],
      [view.read, { file: '{"a":1}', signed_cookies: '{"a":1}', else: 'none' }],
      [set({ a: 2 }), '409 unknown-key key-unknown'],
    ],
  },
  {
    name: 'the first commit to a session that a view made sets its cookie, and so a late answer can bring the key back',
    steps: [
      [view.write({ a: 1 }), 'key'],
      [read(), '200 L1 {"a":1}'],
      [wait(2), ''],
      [holdAnswer(set({ a: 2 })), ''],
      [view.flush, 'key-gone'],
      [letGo, '200 L1 {"a":2} last=1 key'],
      [read(), { signed_cookies: '200 L1 {"a":2} last=1', else: '200 key-unknown' }],
    ],
  },
  {
    name: 'a view brings a session back whose seconds are over, where Django does not look at them',
    engines: ['file', 'signed_cookies'],
    steps: [
      [commit({ set: { a: 1 }, expiry: 6 }), '200 L1 {"a":1} last=1 age=100 key'],
      [wait(7), ''],
      [view.write({ b: 2 }), '[key]'],
      [read(), '200 L1 {"a":1,"b":2} last=1 age=100'],
    ],
  },
]

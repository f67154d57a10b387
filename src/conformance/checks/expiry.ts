// Checks how a commit sets the session's expiry and how the server limits it.
import { type ConformanceCheck, must } from '../check.ts'
import { equals, holds, isProblem, isState, setsCookie, setsNoCookie } from '../expectations.ts'

const forms = 'seconds from each write; 0: no limit, and the cookie ends with the browser; null: no wish any more'

const tenYears = 315_360_000

/** How long a session lives. */
export const expiryChecks: readonly ConformanceCheck[] = [
  must('expiry-in-seconds', forms, async ({ begin }) => {
    const { age, atBrowserClose } = isState(await (await begin()).commit({ expiry: 300 })).expiry
    holds(age <= 300 && age > 240, `the age after an expiry of 300 s is ${age} s`)
    equals(atBrowserClose, false, '`atBrowserClose`')
  }),

  must('expiry-too-long-is-refused', "More seconds than the server's life are a 422 `expiry-too-long`", async ({ begin }) => {
    const someone = await begin()
    const { version, expiry } = someone.state
    const seconds = Math.min(expiry.age + 3600, tenYears)
    const reply = await someone.commit({ expiry: seconds })
    isProblem(reply, 422, 'expiry-too-long')
    const { limit } = reply.json as { readonly limit?: unknown }
    holds(typeof limit === 'number' && Math.abs(limit - expiry.age) < 60, `the limit is ${limit}, the age of the session ${expiry.age} s`)
    equals(isState(await someone.read()).version, version, 'the version after the refusal')
  }),

  must('expiry-date-is-cut', 'A later date is stored as that limit', async ({ begin }) => {
    const someone = await begin()
    const { age: policy } = someone.state.expiry
    const date = new Date(Date.now() + (policy + 86_400) * 1000).toISOString()
    const { age } = isState(await someone.commit({ expiry: date })).expiry
    // A server that is slow between storing and responding counts fewer seconds, in the first response or in the second.
    holds(Math.abs(age - policy) < 60, `the age after a date a day beyond the life of ${policy} s is ${age} s`)
  }),

  must('expiry-zero-goes-with-the-browser', forms, async ({ begin }) => {
    const someone = await begin()
    const policy = someone.state.expiry.age
    const reply = await someone.commit({ expiry: 0 })
    const { age, atBrowserClose } = isState(reply).expiry
    const { maxAge, expires } = setsCookie(reply)
    equals([maxAge, expires?.toISOString()], [undefined, undefined], 'the life of the cookie after an expiry of 0')
    equals(atBrowserClose, true, '`atBrowserClose`')
    holds(Math.abs(age - policy) < 60, `the age after an expiry of 0 is ${age} s, that of the policy ${policy} s`)
  }),

  must('expiry-null-is-the-policy', forms, async ({ begin }) => {
    const someone = await begin()
    const { age: policy, atBrowserClose } = someone.state.expiry
    isState(await someone.commit({ expiry: 300 }))
    const { age, atBrowserClose: after } = isState(await someone.commit({ expiry: null })).expiry
    holds(Math.abs(age - policy) < 60, `the age after an expiry of null is ${age} s, that of the policy ${policy} s`)
    equals(after, atBrowserClose, '`atBrowserClose`')
  }),

  must(
    'expiry-date-stays',
    'or a date to come (RFC 3339) that stays whatever is written',
    async ({ begin, wait, keys: { second, entry } }) => {
      const someone = await begin()
      const date = new Date(Date.now() + 3_600_000).toISOString()
      const { age } = isState(await someone.commit({ expiry: date })).expiry
      holds(Math.abs(age - 3600) < 600, `the age until a date in an hour is ${age} s`)
      await wait(2100)
      const { age: later } = isState(await someone.commit({ set: entry(second, 1) })).expiry
      holds(later <= age - 2, `two seconds later a commit leaves ${later} s until the date; it was ${age} s before`)
    },
  ),

  must(
    'log-in-drops-the-wish',
    'A log-in drops the wish',
    async ({ begin }) => {
      const someone = await begin()
      const { age: policy } = someone.state.expiry
      isState(await someone.commit({ expiry: 300 }))
      await someone.cause('log-in', { identity: 'conformance' })
      const { age } = isState(await someone.read()).expiry
      holds(Math.abs(age - policy) < 60, `the age after a log-in is ${age} s, that of the policy ${policy} s`)
    },
    { needs: ['log-in'] },
  ),

  must('writing-extends', 'and begins its expiry anew', async ({ begin, wait }) => {
    const someone = await begin()
    const { age } = isState(await someone.commit({ expiry: 300 })).expiry
    await wait(3100)
    const { age: read } = isState(await someone.read()).expiry
    const { age: touched } = isState(await someone.commit()).expiry
    // Nothing but an extension makes the age larger: time only makes it smaller.
    holds(touched > read && touched <= 300, `a touch leaves ${touched} s; it was ${read} s before and ${age} s at the beginning`)
  }),

  must('nothing-else-extends', 'nothing else extends it', async ({ begin, wait }) => {
    const someone = await begin()
    const commit = someone.prepare({ expiry: 300 })
    const { age } = isState(await commit.send()).expiry
    await wait(2100)
    const after = [
      isState(await commit.send()).expiry.age,
      isProblem(await someone.commit({ clear: true, base: 'another' }), 409, 'conflict').expiry.age,
      isProblem(await someone.end('another'), 410, 'gone').expiry.age,
    ]
    for (const left of after)
      holds(left <= age - 2, `two seconds after the commit a repetition or a refusal says ${left} s; it was ${age} s`)
  }),

  must(
    'what-is-over-is-over',
    'An expired or unknown key is an empty state with `unknownKey`, and its cookie stays.',
    async ({ begin, wait, keys: { second, entry } }) => {
      const someone = await begin()
      const { lineage } = isState(await someone.commit({ expiry: 1 }))
      await wait(2100)
      const reply = await someone.read()
      const state = isState(reply)
      equals([state.lineage, state.data, state.unknownKey], [null, {}, true], 'what is read after an expiry of 1 s')
      setsNoCookie(reply)
      isProblem(await someone.commit({ lineage, set: entry(second, 1) }), 410, 'gone')
    },
  ),
]

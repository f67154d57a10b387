// Faulty servers for the checks of numbers, expectations and records.
import { rewrite } from '../../../src/server/server-session.ts'
import {
  answers,
  commits,
  type Faults,
  fields,
  forgetful,
  forgettingAfter,
  type StateBody,
  setCookie,
  stateOf,
  states,
  withFields,
} from './plant.ts'

/** `after` is whatever the record says. */
const inStep = commits(async (commit, { request, handler }) => ({ ...commit, after: (await stateOf(handler, request)).last }))

/** Expectations are not looked at. */
const trusting = commits(({ expect: _, ...commit }) => commit)

/** Any other version is a conflict. */
const jealous = commits((commit) => (commit.set || commit.delete ? { ...commit, expect: 'base' } : commit))

/** The version is not looked at. */
const heedless = commits(async (commit, { request, handler }) => ({ ...commit, base: (await stateOf(handler, request)).version }))

/** Only what is written may be expected. */
const writtenOnly = commits(({ expect = {}, ...commit }) => {
  const written = [...Object.keys(commit.set ?? {}), ...(commit.delete ?? [])]
  return { ...commit, expect: Object.fromEntries(Object.entries(expect).filter(([key]) => written.includes(key))) }
})

/** After a `clear` the records are gone. */
function forgettingAtClear() {
  let isCleared = false
  return forgetful((_, commit) => {
    const before = isCleared
    isCleared ||= commit.clear === true
    return before
  })
}

/** What a conflict refuses is stored in part. */
const halfHearted: Faults[string]['wrap'] = (handler) => async (request) => {
  const response = await handler(request.clone())
  const session = await handler.open(request)
  if (response.status === 409 && session.lineage !== null) await rewrite(session, ({ note: _, ...data }) => data)
  return response
}

const noData = ({ data: _, ...state }: StateBody): object => state

/** Faults of exactly once, of `after`, of `expect` and of the answer. */
export const commitFaults: Faults = {
  'repetition-stores-nothing': { wrap: forgetful(), sees: 'the version after a repetition' },
  'repetition-undoes-nobody': { wrap: forgetful(), sees: 'value, version and `last`' },
  'repetition-sets-the-cookie-again': {
    wrap: answers({ method: 'PATCH' }, (response, { cookie }) => (cookie ? withFields(response, { 'Set-Cookie': null }) : response)),
    sees: 'was answered without a Set-Cookie',
  },
  'repetition-sets-no-other-cookie': {
    wrap: answers({ method: 'PATCH' }, (response, { cookie }) => (cookie ? withFields(response, setCookie(cookie)) : response)),
    sees: 'was answered with a Set-Cookie',
  },
  'number-below-is-key-reused': { wrap: forgetful(), sees: 'answered 200 instead of 422 key-reused' },
  'other-body-is-key-reused': { wrap: forgetful(), sees: 'answered 200 instead of 422 key-reused' },
  'dropped-connection-stores-once': { wrap: forgetful(), sees: 'value and `last` after a broken connection' },
  'copies-at-once-store-once': { wrap: forgetful(), sees: 'the number of versions that four copies' },
  'records-of-64-clients-are-kept': { wrap: forgettingAfter(8), sees: 'when 63 other clients had written' },
  'dropped-record-stores-nothing-twice': { wrap: forgettingAfter(70), sees: 'the version after a repetition, answered 200,' },
  'dropped-record-stops-nobody': {
    wrap: commits((commit) => (commit.after > 0 ? { ...commit, base: 'unknown' } : commit)),
    sees: 'answered 409 forgotten instead of 200',
  },

  'checks-come-in-their-order': {
    wrap: answers({ status: 410 }, async (response, { body }) =>
      body?.after === 0
        ? new Response((await response.text()).replace('problem:gone', 'problem:out-of-step'), { status: 409, headers: response.headers })
        : response,
    ),
    sees: 'answered 409 out-of-step instead of 410 gone',
  },
  'after-below-is-out-of-step': { wrap: inStep, sees: 'answered 200 instead of 409 out-of-step' },
  'after-above-is-out-of-step': { wrap: inStep, sees: 'answered 200 instead of 409 out-of-step' },
  'refused-copy-is-never-stored': { wrap: forgetful(), sees: 'answered 200 instead of 422 key-reused' },
  'changed-key-conflicts': { wrap: trusting, sees: 'answered 200 instead of 409 conflict' },
  'present-key-conflicts-with-null': { wrap: trusting, sees: 'answered 200 instead of 409 conflict' },
  'absent-key-conflicts-with-tag': { wrap: trusting, sees: 'answered 200 instead of 409 conflict' },
  'read-keys-are-expected-too': { wrap: writtenOnly, sees: 'answered 200 instead of 409 conflict' },
  'different-keys-never-conflict': { wrap: jealous, sees: 'answered 409 conflict instead of 200' },
  'unexpected-keys-are-written': { wrap: jealous, sees: 'answered 409 conflict instead of 200' },
  'expecting-base-conflicts-with-any-change': { wrap: heedless, sees: 'answered 200 instead of 409 conflict' },
  'clear-conflicts-with-any-change': { wrap: heedless, sees: 'answered 200 instead of 409 conflict' },
  'clear-deletes-then-sets': {
    wrap: commits(({ set, ...commit }) => (commit.clear ? commit : { ...commit, set })),
    sees: 'lineage and data after `clear` with `set`',
  },
  'clear-spares-records': { wrap: forgettingAtClear(), sees: 'the version after the repetition of a commit from before `clear`' },
  'commit-is-whole-or-not-at-all': { wrap: halfHearted, sees: 'version and data after a refused commit' },

  'no-answer-is-kept': {
    wrap: fields({ status: 415 }, { 'Cache-Control': 'private' }),
    sees: 'answered 415 with Cache-Control: "private"',
  },
  'no-page-embeds-a-session': {
    wrap: fields({ status: 415 }, { 'X-Content-Type-Options': null }),
    sees: 'answered 415 with X-Content-Type-Options: "", which lacks nosniff',
  },
  'request-is-repeated': { wrap: fields({ status: 304 }, { 'Session-Request': null }), sees: 'Session-Request of the 304 to GET is null' },
  'version-is-in-the-fields': { wrap: fields({ status: 410 }, { 'Session-Version': null }), sees: 'Session-Version of PATCH' },
  'problems-are-documents': { wrap: fields({ status: 415 }, { 'Content-Type': 'text/html' }), sees: 'as "text/html"' },
  'conflicts-bring-the-state': { wrap: states({ status: 410 }, (state) => ({ ...state, data: {} })), sees: 'the state in 410 gone' },
  'minimal-only-on-the-base': {
    wrap: states({ method: 'PATCH', status: 200 }, (state, { request }) => (request.headers.has('Prefer') ? noData(state) : state)),
    sees: 'was answered by a state without data',
  },
  'minimal-says-the-tags-of-set': { wrap: fields({ method: 'PATCH' }, { 'Preference-Applied': null }), sees: 'Preference-Applied' },
  'repetition-is-never-minimal': {
    wrap: states({ method: 'PATCH', status: 200 }, (state, { request }) => (request.headers.has('Prefer') ? noData(state) : state)),
    sees: 'was answered by a state without data',
  },
  'too-large-is-413': { maxBodyBytes: 1e9, maxSessionBytes: 1e9, sees: 'answered 200 instead of 413 too-large' },
  'store-out-of-reach-is-503': {
    wrap: answers({ status: 503 }, () =>
      Response.json({ lineage: null, version: 'v0', data: {}, last: 0, expiry: { age: 1, atBrowserClose: false } }),
    ),
    sees: 'answered 200 instead of 503 unavailable',
  },
  'inner-errors-are-not-told': {
    wrap: states({ status: 503 }, (problem) => ({ ...problem, detail: 'TypeError: the disk is on fire' })),
    sees: 'a read that failed inside has "TypeError"',
  },
}

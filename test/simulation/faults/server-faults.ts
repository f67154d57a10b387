// Rules of the server, each broken. scripts/simulate-faults.ts plants one at a time.
import type { StoreEntry } from '../../../src/server/store.ts'
import { type PlantedFault, rulesOf } from './fault.ts'

const outbox = rulesOf<typeof import('../../../src/sync/outbox.ts')>()
const record = rulesOf<typeof import('../../../src/server/record.ts')>()
const end = rulesOf<typeof import('../../../src/server/end.ts')>()
const vault = rulesOf<typeof import('../../../src/server/vault.ts')>()
const memory = rulesOf<typeof import('../../../src/server/stores/memory.ts')>()
const serverSession = rulesOf<typeof import('../../../src/server/server-session.ts')>()
const sessionWriter = rulesOf<typeof import('../../../src/server/session-writer.ts')>()

type Decide = typeof import('../../../src/server/record.ts').decideCommit
type CommitOf = Parameters<Decide>[1]['commit']
type Subject = Parameters<Decide>[0]

/** The same attempt with another commit. */
const as = (attempt: Parameters<Decide>[1], commit: Partial<CommitOf>): Parameters<Decide>[1] => ({
  ...attempt,
  commit: { ...attempt.commit, ...commit },
})

/** The number of the last commit that the record has of a client. */
const lastOf = (subject: Subject, client: string): number =>
  subject.key === 'known' ? (subject.record.clients.find((one) => one.client === client)?.n ?? 0) : 0

/** The subject without the record of a client. */
const forget = (subject: Subject, client: string): Subject =>
  subject.key === 'known'
    ? { key: 'known', record: { ...subject.record, clients: subject.record.clients.filter((one) => one.client !== client) } }
    : subject

/** Decides as if `after` were right. */
const ignoreAfter =
  (decide: Decide): Decide =>
  (subject, attempt, circumstances) => {
    const outcome = decide(subject, attempt, circumstances)
    if (outcome.kind !== 'out-of-step') return outcome
    return decide(subject, as(attempt, { after: lastOf(subject, attempt.client) }), circumstances)
  }

/** Stores a commit that comes after a later one of its client. */
const storeOldCopies =
  (decide: Decide): Decide =>
  (subject, attempt, circumstances) => {
    const { client, n } = attempt
    if (n >= lastOf(subject, client)) return ignoreAfter(decide)(subject, attempt, circumstances)
    return decide(forget(subject, client), as(attempt, { after: 0 }), circumstances)
  }

/** Changes what is stored. */
const storing =
  (change: (outcome: Extract<ReturnType<Decide>, { kind: 'store' }>, subject: Subject, n: number) => ReturnType<Decide>) =>
  (decide: Decide): Decide =>
  (subject, attempt, circumstances) => {
    const outcome = decide(subject, attempt, circumstances)
    return outcome.kind === 'store' ? change(outcome, subject, attempt.n) : outcome
  }

/** The lineage of a commit is compared before its number. */
const lineageFirst = record('decideCommit', (decide) => (subject, attempt, circumstances) => {
  const isOther = subject.key === 'known' && attempt.commit.lineage !== subject.record.lineage
  return isOther ? { kind: 'gone' } : decide(subject, attempt, circumstances)
})

const decisions: readonly PlantedFault[] = [
  {
    title: 'review 1: versions are unique in their own session only',
    breaks: [record('versionOf', (versionOf) => (subject, keys) => versionOf(subject, keys).replace(/-(?!unknown).*/, '-'))],
  },
  {
    title: 'review 3: a key that names no session creates one',
    breaks: [
      record(
        'decideCommit',
        (decide) =>
          (subject, ...rest) =>
            decide(subject.key === 'unknown' ? { key: 'none' } : subject, ...rest),
      ),
    ],
  },
  { title: 'review 5: nobody looks at `after`', breaks: [record('decideCommit', ignoreAfter)] },
  { title: 'review 6: nothing keeps a copy of a commit away that was not the last', breaks: [record('decideCommit', storeOldCopies)] },
  {
    title: 'review 6: the lineage is looked at before the repetition, and `last` tells nothing',
    breaks: [lineageFirst, outbox('storedCommit', () => () => undefined)],
  },
  {
    title: 'review 7: forgotten clients leave no floor',
    breaks: [
      record(
        'decideCommit',
        storing((outcome) => ({ ...outcome, next: { ...outcome.next, floor: 0 } })),
      ),
    ],
  },
  {
    title: 'the server does not look at `expect`',
    breaks: [
      record('decideCommit', (decide) => (subject, attempt, circumstances) => {
        const outcome = decide(subject, attempt, circumstances)
        const { expect: _, clear: __, ...commit } = attempt.commit
        return outcome.kind === 'conflict' ? decide(subject, { ...attempt, commit }, circumstances) : outcome
      }),
    ],
  },
  {
    title: 'the whole version is not looked at where it is expected',
    breaks: [
      record('decideCommit', (decide) => (subject, attempt, circumstances) => {
        const outcome = decide(subject, attempt, circumstances)
        if (outcome.kind !== 'conflict' || outcome.conflicts.length > 0 || subject.key !== 'known') return outcome
        const { seq, mark } = subject.record
        const again = decide(
          subject,
          as(attempt, { base: `v${seq}-${mark}${/\..*$/.exec(attempt.commit.base)?.[0] ?? ''}` }),
          circumstances,
        )
        return again.kind === 'store' ? { ...again, exact: false } : again
      }),
    ],
  },
  {
    title: 'an answer is minimal although the state before was another',
    breaks: [
      record(
        'decideCommit',
        storing((outcome) => ({ ...outcome, exact: true })),
      ),
    ],
  },
  {
    title: 'the record is not stored with the data',
    breaks: [
      record(
        'decideCommit',
        storing((outcome, subject, n) =>
          n % 2 === 0 && subject.key === 'known'
            ? { ...outcome, next: { ...outcome.next, clients: subject.record.clients, floor: subject.record.floor } }
            : outcome,
        ),
      ),
    ],
  },
]

const stores: readonly PlantedFault[] = [
  {
    title: 'review 4: a DELETE ends whatever the cookie names',
    breaks: [
      end('answerEnd', (answerEnd) => async (asker, context) => {
        const { request } = asker
        const { subject } = await context.vault.find(context.settings.cookie.read(request.header('cookie')))
        if (subject.key !== 'known') return answerEnd(asker, context)
        const header = (name: string): string | null => (/lineage/i.test(name) ? subject.record.lineage : request.header(name))
        return answerEnd({ ...asker, request: { ...request, header } }, context)
      }),
    ],
  },
  {
    title: 'review 8: the old key of a rotation answers nobody',
    breaks: [
      vault('createVault', (createVault) => (settings) => {
        const right = createVault(settings)
        async function find(cookie: string | undefined): ReturnType<typeof right.find> {
          const found = await right.find(cookie)
          return found.key === undefined ? { subject: found.subject } : found
        }
        return { ...right, find }
      }),
    ],
  },
  {
    title: 'a commit is acknowledged although somebody else was first to store',
    breaks: [
      vault('createVault', (createVault) => (settings) => {
        const right = createVault(settings)
        return { ...right, replace: async (key, ...rest) => (await right.replace(key, ...rest)) ?? key }
      }),
    ],
  },
  {
    title: 'a commit is acknowledged before it is stored',
    breaks: [
      vault('createVault', (createVault) => (settings) => {
        const right = createVault(settings)
        async function replace(key: string, ...rest: [never, never]): Promise<string> {
          setTimeout(() => void right.replace(key, ...rest), 30)
          return key
        }
        return { ...right, replace: replace as typeof right.replace }
      }),
    ],
  },
  {
    title: 'the store writes without comparing',
    breaks: [
      memory('createMemoryStore', (createMemoryStore) => (options) => {
        const right = createMemoryStore(options)
        const stored = async (id: string): Promise<StoreEntry | undefined> => right.read(id)
        return { ...right, write: async (write) => right.write({ ...write, expected: (await stored(write.id))?.revision ?? null }) }
      }),
    ],
  },
  {
    title: 'another person who signs in gets the data of the one before',
    breaks: [
      serverSession('openSession', (openSession) => async (request, context) => {
        const session = await openSession(request, context)
        async function signIn(identity: string): Promise<void> {
          await session.private.set('_identity', identity)
          await session.cycleKey()
        }
        return Object.assign(session, { signIn })
      }),
    ],
  },
  {
    title: 'a log-in creates a session and forgets what was in it',
    breaks: [
      sessionWriter('openWriter', (openWriter) => async (request, context) => {
        const writer = await openWriter(request, context)
        return {
          ...writer,
          write: (change) =>
            writer.write((stored) => {
              const wanted = change(stored)
              return wanted?.isSignIn ? { ...wanted, data: { _identity: wanted.data._identity ?? null } } : wanted
            }),
        }
      }),
    ],
  },
]

/** Every fault of the server. */
export const serverFaults: readonly PlantedFault[] = [...decisions, ...stores]

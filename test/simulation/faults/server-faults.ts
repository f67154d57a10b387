import type { PlantedFault } from './faults.ts'

const record = 'src/server/record.ts'
const write = 'src/server/write.ts'

/** Rules of the server, each taken out. */
export const serverFaults: readonly PlantedFault[] = [
  {
    title: 'review 1: versions are unique in their own session only',
    patches: [{ file: record, from: '-$' + '{subject.record.mark}`', to: '-`' }],
  },
  {
    title: 'review 3: a key that names no session creates one',
    patches: [{ file: record, from: "if (subject.key === 'unknown' && !commit.fresh)", to: "if (subject.key === 'unknown' && false)" }],
  },
  {
    title: 'review 4: a DELETE ends whatever the cookie names',
    patches: [{ file: 'src/server/end.ts', from: 'if (subject.record.lineage !== lineage)', to: 'if (false)' }],
  },
  {
    title: 'review 5: nobody looks at `after`',
    patches: [{ file: record, from: 'if (!isInStep(record, known, attempt))', to: 'if (false)' }],
  },
  {
    title: 'review 6: nothing keeps a copy of a commit away that was not the last',
    patches: [
      { file: record, from: 'if (known && n <= known.n) {', to: 'if (known && n === known.n) {' },
      { file: record, from: 'if (!isInStep(record, known, attempt))', to: 'if (false)' },
    ],
  },
  {
    title: 'review 6: the lineage is looked at before the repetition, and `last` tells nothing',
    patches: [
      {
        file: record,
        from: '  if (known && n <= known.n) {',
        to: "  if (subject.key === 'known' && commit.lineage !== record.lineage) return { kind: 'gone' }\n  if (known && n <= known.n) {",
      },
      {
        file: 'src/sync/settle.ts',
        from: 'const stored = state.last > sync.acknowledged ? lost.get(state.last)?.mutations : undefined',
        to: 'const stored = undefined as readonly Mutation[] | undefined',
      },
    ],
  },
  {
    title: 'review 7: forgotten clients leave no floor',
    patches: [{ file: record, from: 'floor: Math.max(record.floor, ...dropped.map(({ seq }) => seq))', to: 'floor: 0' }],
  },
  {
    title: 'review 8: the old key of a rotation answers nobody',
    patches: [{ file: write, from: 'if (cookie !== undefined && found.tombstone?.by ===', to: 'if (false && found.tombstone?.by ===' }],
  },
  {
    title: 'the server does not look at `expect`',
    patches: [{ file: record, from: '  if (conflicts) return', to: '  if (conflicts && false) return' }],
  },
  {
    title: 'the whole version is not looked at where it is expected',
    patches: [
      { file: record, from: 'return keys.length > 0 || isOtherBase ? keys : undefined', to: 'return keys.length > 0 ? keys : undefined' },
    ],
  },
  {
    title: 'a commit is acknowledged although somebody else was first to store',
    patches: [
      {
        file: write,
        from: 'return nextKey === undefined ? undefined : answerStored(outcome, nextKey, attempt, asker)',
        to: "return answerStored(outcome, nextKey ?? key ?? '', attempt, asker)",
      },
    ],
  },
  {
    title: 'a commit is acknowledged before it is stored',
    patches: [
      {
        file: write,
        from: '      const nextKey = await save(found, outcome, attempt)\n',
        to: '      const nextKey = outcome.rotate || key === undefined ? await save(found, outcome, attempt) : key\n      if (nextKey === key && key !== undefined) setTimeout(() => void save(found, outcome, attempt), 30)\n',
      },
    ],
  },
  {
    title: 'the store writes without comparing',
    patches: [
      {
        file: 'src/server/stores/memory.ts',
        from: 'if ((find(id)?.revision ?? null) !== expected || (insert && find(insert.id))) return false',
        to: '',
      },
    ],
  },
  {
    title: 'an answer is minimal although the state before was another',
    patches: [{ file: record, from: 'exact: commit.base === versionOf(subject)', to: 'exact: true' }],
  },
  {
    title: 'the record is not stored with the data',
    patches: [
      {
        file: record,
        from: 'next: remember(next, { client, n, hash, seq: next.seq, cookie })',
        to: 'next: n % 2 === 0 ? next : remember(next, { client, n, hash, seq: next.seq, cookie })',
      },
    ],
  },
  {
    title: 'another person who signs in gets the data of the one before',
    patches: [
      { file: 'src/server/server-session.ts', from: 'const isNew = before !== null && before !== identity', to: 'const isNew = false' },
    ],
  },
  {
    title: 'a log-in creates a session and forgets what was in it',
    patches: [
      {
        file: 'src/server/server-session.ts',
        from: '{ data: { ...(isNew ? {} : record?.data), _identity: identity }',
        to: '{ data: { _identity: identity }',
      },
    ],
  },
]

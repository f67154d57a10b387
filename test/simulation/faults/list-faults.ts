// Rules of exposed, read-only and private keys, each broken. scripts/simulate-faults.ts plants one at a time.
import { type PlantedFault, rulesOf } from './fault.ts'

const exposedKeys = rulesOf<typeof import('../../../src/server/exposed-keys.ts')>()
const refusals = rulesOf<typeof import('../../../src/server/refusals.ts')>()
const record = rulesOf<typeof import('../../../src/server/record.ts')>()
const tags = rulesOf<typeof import('../../../src/server/tags.ts')>()

const stateFile = 'src/server/state.ts'
const recordFile = 'src/server/record.ts'
const refusalsFile = 'src/server/refusals.ts'

const leaks: readonly PlantedFault[] = [
  {
    title: 'keys: private keys are in the data of a state',
    patches: [{ file: stateFile, from: 'data: keys.visible(record?.data ?? {}),', to: 'data: record?.data ?? {},' }],
  },
  {
    title: 'keys: private keys are in the tags of a state',
    patches: [{ file: stateFile, from: 'tags: keys.visible(record?.tags ?? {}),', to: 'tags: record?.tags ?? {},' }],
  },
  {
    title: 'keys: the text of a refusal names a private key',
    patches: [
      {
        file: refusalsFile,
        from: 'key === undefined || canRead(key) ? { key, path, message } : { message }',
        to: '{ key, path, message }',
      },
    ],
  },
  {
    title: 'keys: the conflicts of a 409 name private keys',
    patches: [
      {
        file: recordFile,
        from: 'return keys.length > 0 || isOtherBase ? keys : undefined',
        to: 'return keys.length > 0 || isOtherBase ? [...keys, ...Object.keys(record.data)] : undefined',
      },
    ],
  },
  {
    title: 'keys: the limit of a 413 counts private keys',
    patches: [
      { file: refusalsFile, from: 'const size = sizeOf(keys.visible(next.data))', to: 'const size = sizeOf(next.data)' },
      { file: refusalsFile, from: 'size > sizeOf(keys.visible(before))', to: 'size > sizeOf(before)' },
    ],
  },
  {
    title: 'keys: the version is a hash over private keys, too',
    breaks: [
      record('versionOf', (versionOf) => (subject, keys) => {
        const version = versionOf(subject, keys)
        return subject.key === 'known' ? `${version}.${String(subject.record.data.vault ?? '').length}` : version
      }),
    ],
  },
  {
    title: 'keys: servers with different lists share their versions',
    breaks: [record('versionOf', (versionOf) => (subject) => versionOf(subject, { name: 'all' }))],
  },
]

const writes: readonly PlantedFault[] = [
  {
    title: 'keys: a commit may write private keys',
    breaks: [
      refusals(
        'findKeyRefusal',
        (findKeyRefusal) => (commit, keys) =>
          findKeyRefusal(commit, { ...keys, canRead: () => true, canWrite: (key) => !keys.canRead(key) || keys.canWrite(key) }),
      ),
    ],
  },
  {
    title: 'keys: a commit may write read-only keys',
    breaks: [
      exposedKeys('createExposedKeys', (createExposedKeys) => (keys, readOnly) => {
        const right = createExposedKeys(keys, readOnly)
        return { ...right, canWrite: right.canRead }
      }),
    ],
  },
  {
    title: 'keys: a commit may delete private keys',
    breaks: [
      refusals(
        'findKeyRefusal',
        (findKeyRefusal) =>
          ({ delete: _, ...commit }, keys) =>
            findKeyRefusal(commit, keys),
      ),
    ],
  },
  {
    title: 'keys: a commit may expect the tag of a private key',
    breaks: [
      refusals(
        'findKeyRefusal',
        (findKeyRefusal) =>
          ({ expect: _, ...commit }, keys) =>
            findKeyRefusal(commit, keys),
      ),
    ],
  },
  {
    title: 'keys: private keys are refused after the lineage',
    breaks: [
      refusals(
        'findKeyRefusal',
        (findKeyRefusal) => (commit, keys) => (commit.lineage === 'another' ? undefined : findKeyRefusal(commit, keys)),
      ),
    ],
  },
  {
    title: 'keys: `clear` deletes private and read-only keys',
    patches: [{ file: recordFile, from: 'Object.keys(record.data).filter(canWrite)', to: 'Object.keys(record.data)' }],
  },
  {
    title: 'keys: a `clear` is answered minimally',
    patches: [{ file: recordFile, from: 'exact: !commit.clear && commit.base', to: 'exact: commit.base' }],
  },
  {
    title: 'keys: a commit drops the keys that its server does not list',
    patches: [
      {
        file: recordFile,
        from: 'const written = { ...keep(record.data, changed), ...commit.set }',
        to: "const written = { ...keep(record.data, Object.keys(record.data).filter((key) => !canWrite(key) && !key.startsWith('_'))), ...commit.set }",
      },
    ],
  },
  {
    title: 'keys: tags are kept for the keys of one list alone',
    breaks: [
      tags(
        'toTags',
        (toTags) =>
          async ({ m: _, j: __, x: ___, ...data }) =>
            toTags(data),
      ),
    ],
  },
]

/** Every fault of exposed, read-only and private keys. */
export const listFaults: readonly PlantedFault[] = [...leaks, ...writes]

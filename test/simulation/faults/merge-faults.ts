// Rules of merging, of writes behind rejected ones and of writes without effect, each broken. Histories of people who edit the same
// forms and lists find them; no script is made for them. scripts/simulate-faults.ts plants one at a time.
import { type PlantedFault, rulesOf } from './fault.ts'

const replay = rulesOf<typeof import('../../../src/cache/replay.ts')>()
const alone = rulesOf<typeof import('../../../src/cache/replay-alone.ts')>()
const conflict = rulesOf<typeof import('../../../src/cache/resolve-conflict.ts')>()
const stored = rulesOf<typeof import('../../../src/cache/stored-value.ts')>()
const identity = rulesOf<typeof import('../../../src/merge/identity.ts')>()
const mutation = rulesOf<typeof import('../../../src/cache/mutation.ts')>()
const merge = rulesOf<typeof import('../../../src/merge/merge.ts')>()
const unknown = rulesOf<typeof import('../../../src/cache/unknown-fields.ts')>()
const schema = rulesOf<typeof import('../../../src/schema/compile-schema.ts')>()
const confirmation = rulesOf<typeof import('../../../src/sync/confirmation.ts')>()
const settle = rulesOf<typeof import('../../../src/sync/settle.ts')>()
const outbox = rulesOf<typeof import('../../../src/sync/outbox.ts')>()

/** Three-way merge: rules 1 to 9 and 12 of docs/merging.md. */
const merging: readonly PlantedFault[] = [
  {
    title: 'merging 1: a leaf that both changed is lost without a word',
    breaks: [merge('merge', (merge) => (base, mine, theirs, options) => merge(base, mine, theirs, { ...options, onLost: undefined }))],
  },
  {
    title: 'merging 1: a clean merge is told as a conflict',
    breaks: [
      merge('merge', (merge) => (base, mine, theirs, options) => {
        options?.onLost?.()
        return merge(base, mine, theirs, options)
      }),
    ],
  },
  {
    title: 'merging 1: a set of a form replaces what another client changed in it',
    breaks: [merge('merge', (merge) => (base, mine, theirs, options) => (Array.isArray(mine) ? merge(base, mine, theirs, options) : mine))],
  },
  {
    title: 'merging 1: a set of a list replaces what another client changed in it',
    breaks: [merge('merge', (merge) => (base, mine, theirs, options) => (Array.isArray(mine) ? mine : merge(base, mine, theirs, options)))],
  },
  {
    title: 'merging 1: the default that was shown is no base',
    breaks: [
      conflict(
        'toShownBase',
        () =>
          (_, { base }) =>
            base,
      ),
    ],
  },
  {
    title: 'merging 1: a set of the default stores nothing',
    patches: [
      {
        file: 'src/cache/cache.ts',
        from: '  const value = hasBase ? putOver(rules, key, cell.stored, encoded) : encoded\n',
        to: '  const isDefault = cell.stored === undefined && JSON.stringify(encoded) === JSON.stringify(rules.codec.fallback(key))\n  const value = isDefault ? undefined : hasBase ? putOver(rules, key, cell.stored, encoded) : encoded\n',
      },
    ],
  },
  {
    title: 'merging 3: the option `identify` says nothing',
    breaks: [identity('identify', (identify) => (lists) => identify(lists))],
  },
  {
    title: 'merging 3: an item is known by its value alone',
    breaks: [identity('identityOf', () => () => undefined)],
  },
  {
    title: 'merging 3: a `key` is no id',
    breaks: [identity('identityOf', (identityOf) => (item, names) => identityOf(item, names.slice(0, -1)))],
  },
  {
    title: "merging 3: the number 1 is the text '1'",
    breaks: [identity('identityOf', (identityOf) => (item, names) => identityOf(item, names)?.replaceAll('"', ''))],
  },
  {
    title: 'merging 4: an id that occurs twice in a list is an id all the same',
    breaks: [identity('areUnique', () => () => true)],
  },
  {
    title: 'merging 4: equal items are one item',
    breaks: [
      identity('identify', (identify) => (lists, names) => {
        return identify(lists, names).map((items) => new Map(Array.from(items, ([id, item]) => [id.replace(/#\d+$/, ''), item])))
      }),
    ],
  },
  {
    title: 'merging 5: coordinates are merged as if they were a set',
    breaks: [merge('isInPlace', () => () => false)],
  },
  {
    title: 'merging 5: items that moved are merged place by place',
    breaks: [merge('isInPlace', () => (base, items) => items.size === base.size)],
  },
  {
    title: 'merging 6: what one side deleted stays',
    breaks: [merge('mergeItem', (mergeItem) => (base, mine, theirs, options) => mergeItem(base, mine, theirs, options) ?? mine ?? theirs)],
  },
  {
    title: 'merging 6: what one side deleted is gone though the other changed it',
    breaks: [
      merge('mergeItem', (mergeItem) => (base, mine, theirs, options) => {
        const isDeleted = base !== undefined && (mine === undefined || theirs === undefined)
        return isDeleted ? undefined : mergeItem(base, mine, theirs, options)
      }),
    ],
  },
  {
    title: 'merging 6: of an item that both inserted one side is lost',
    breaks: [
      merge('mergeItem', (mergeItem) => (base, mine, theirs, options) => {
        return base === undefined && mine !== undefined && theirs !== undefined ? mine : mergeItem(base, mine, theirs, options)
      }),
    ],
  },
  {
    title: 'merging 7: the other order leads',
    breaks: [merge('interleave', (interleave) => (leading, other, merged) => interleave(other, leading, merged))],
  },
  {
    title: 'merging 8: an inserted item stands at the end',
    breaks: [
      merge('interleave', () => (leading, other, merged) => {
        const kept = [...leading.keys(), ...[...other.keys()].filter((id) => !leading.has(id))].filter((id) => merged.has(id))
        return kept.flatMap((id) => merged.get(id) ?? [])
      }),
    ],
  },
  {
    title: 'merging 12: a merged value that the schema refuses is stored',
    breaks: [stored('toSeen', (toSeen) => (codec, key, raw) => toSeen(codec, key, raw) ?? raw)],
  },
]

/** Fields that the schema does not know, and values of classes. */
const values: readonly PlantedFault[] = [
  {
    title: 'merging 2: fields that the schema does not know are dropped',
    breaks: [unknown('mergeUnknownFields', () => (_, mine) => mine)],
  },
  {
    title: 'merging 10: unknown fields stay at their place in a list',
    breaks: [identity('identify', () => (lists) => lists.map((items) => new Map(items.map((item, place) => [`${place}`, item]))))],
  },
  {
    title: 'merging 11: unknown fields count whatever the value then reads as',
    breaks: [stored('readsBackAs', () => () => true)],
  },
  {
    title: 'a default that is a Map is the same one for every visitor',
    breaks: [
      schema('toFallback', (toFallback) => (field) => {
        const value = toFallback(field)()
        return () => value
      }),
    ],
  },
]

/** Writes before the load, behind rejected ones, and without effect. */
const writes: readonly PlantedFault[] = [
  {
    title: 'before the load: a write replaces what is stored without a word',
    breaks: [replay('isEarlyConflict', () => () => false)],
  },
  {
    title: 'before the load: a choice gives way',
    breaks: [conflict('isChoice', (isChoice) => (sides) => isChoice({ ...sides, isChosen: false }))],
  },
  {
    title: 'a choice that changes nothing gives way',
    breaks: [conflict('isChoice', () => () => false)],
  },
  {
    title: 'a write behind a rejected one is merged with its disappearance',
    breaks: [alone('keepWhole', () => (_, operation) => operation)],
  },
  {
    title: 'a copy of what the server refused for its content can be stored',
    breaks: [outbox('rejectCommit', (rejectCommit) => (outbox, isFound) => rejectCommit(outbox, isFound, false))],
  },
  {
    title: 'a write without net effect is acknowledged at once',
    breaks: [confirmation('areConfirmed', () => () => true)],
  },
  {
    title: 'a set that joins another one keeps its number',
    breaks: [mutation('joinMutation', (joinMutation) => (into, operation) => joinMutation(into, operation, into.call))],
  },
  {
    title: 'a response confirms a write though its state was not taken',
    breaks: [settle('isConfirming', () => () => true)],
  },
]

/** Every fault that histories of mode `edits` have to find. */
export const mergeFaults: readonly PlantedFault[] = [...merging, ...values, ...writes].map((fault) => ({ ...fault, mode: 'edits' }))

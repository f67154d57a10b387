// Says which items of several lists are the same item. Pure: the merge calls it, and it looks at JSON values alone.
import { isObject, type Json, own } from '../protocol/json.ts'

/** An app's option `identify`: the members that identify an item, by key. */
export interface IdentifyOption {
  readonly [key: string]: string | readonly string[] | undefined
}

/** Returns the members that identify an item of a key's lists, as the app's option names them; undefined if it names none. */
export function toIdentify(identify: IdentifyOption = {}): (key: string) => readonly string[] | undefined {
  return (key) => {
    const names = own(identify, key)
    return typeof names === 'string' ? [names] : names
  }
}

/** The items of a list by their identity, in the list's order. */
export type Items = ReadonlyMap<string, Json>

const isId = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number'

/** Text that is equal for equal values, whatever the order of their members. */
function toText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (!isObject(value)) return `[${(value as readonly Json[]).map(toText)}]`
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${toText(value[name] as Json)}`)}}`
}

/** Starts the identity of an item that has an id. The JSON of no value starts with it. */
const idMark = '@'

/** Returns the id of an item: the named members if it has all of them, else `id`, else `key`. `1` is not `'1'`. */
export function identityOf(item: Json, names: readonly (readonly string[])[]): string | undefined {
  if (!isObject(item)) return
  const members = names.find((members) => members.every((name) => isId(own(item, name))))
  return members && idMark + members.map((name) => `${name}=${JSON.stringify(item[name])}`).join()
}

/** Whether an item of a list has an id, which makes it the same item wherever it stands. */
export const hasId = (identity: string): boolean => identity.startsWith(idMark)

/** Returns whether no id occurs twice in a list. */
export function areUnique(ids: readonly (string | undefined)[]): boolean {
  return new Set(ids).size >= ids.filter((id) => id !== undefined).length
}

/**
 * Gives each item of some lists its identity: its id, or else its value. Equal items without an id are numbered in
 * order. If an id occurs twice in one of the lists (it is a product's, say), no item has an id.
 *
 * @param names the members that make up the id, before `id` and `key`
 */
export function identify(lists: readonly (readonly Json[])[], names: readonly string[] = []): Items[] {
  const choices = [...(names.length > 0 ? [names] : []), ['id'], ['key']]
  const ids = lists.map((items) => items.map((item) => identityOf(item, choices)))
  const isUnique = ids.every(areUnique)
  return lists.map((items, list) => {
    const counts = new Map<string, number>()
    return new Map(
      items.map((item, place) => {
        const id = isUnique ? ids[list]?.[place] : undefined
        if (id !== undefined) return [id, item]
        const text = toText(item)
        const count = counts.get(text) ?? 0
        counts.set(text, count + 1)
        return [`${text}#${count}`, item]
      }),
    )
  })
}

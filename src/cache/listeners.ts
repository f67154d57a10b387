// Owns lists of listeners: plain data that only these functions change. Used by the cache and the client; never holds a value.

/** One who listens. It knows its neighbours, so that coming and going takes neither a search nor a copy. */
interface Entry<T> {
  readonly listener: (value: T) => void
  /** How many calls there were before it came. */
  readonly since: number
  /** What it need not be told. */
  known: T | undefined
  previous: Entry<T> | undefined
  /** Kept by one that has gone: a call that stands there goes on from it. */
  next: Entry<T> | undefined
  isGone: boolean
}

/**
 * Those who listen to one thing, in the order in which they came; plain data, since there may be one for each key. Those of
 * a `state` are told the newest alone: where one of them causes another call, that call tells the rest, so that nobody is
 * told an older value after a newer one. Those of an `event` are told each.
 */
export interface Listeners<T> {
  readonly of: 'state' | 'event'
  first: Entry<T> | undefined
  last: Entry<T> | undefined
  calls: number
}

/** Creates an empty list of listeners. */
export function createListeners<T>(of: Listeners<T>['of'] = 'state'): Listeners<T> {
  return { of, first: undefined, last: undefined, calls: 0 }
}

/**
 * Adds one; each call counts for itself, so that one function may listen twice. Returns its removal.
 *
 * @param known what it need not be told
 */
export function addListener<T>(listeners: Listeners<T>, listener: (value: T) => void, known?: T): () => void {
  const entry: Entry<T> = { listener, since: listeners.calls, known, previous: listeners.last, next: undefined, isGone: false }
  if (entry.previous) entry.previous.next = entry
  else listeners.first = entry
  listeners.last = entry
  return () => remove(listeners, entry)
}

function remove<T>(listeners: Listeners<T>, entry: Entry<T>): void {
  if (entry.isGone) return
  entry.isGone = true
  const { previous, next } = entry
  if (previous) previous.next = next
  else listeners.first = next
  if (next) next.previous = previous
  else listeners.last = previous
}

/**
 * Tells every one that was there at the start, unless it was told the very same last. What one throws is thrown on its
 * own later, so it takes no other down.
 */
export function callListeners<T>(listeners: Listeners<T>, value: T): void {
  const call = ++listeners.calls
  for (let entry = listeners.first; entry; entry = entry.next) {
    // One that a listener before it added is not told, and neither is anybody after it.
    if (entry.since >= call || (call !== listeners.calls && listeners.of === 'state')) return
    if (entry.isGone || Object.is(entry.known, value)) continue
    entry.known = value
    try {
      entry.listener(value)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

// Owns lists of listeners: plain data that only these functions change. Used by the cache and the client; never holds a value.

/** One listener. Entries form a linked list, so that adding and removing takes neither a search nor a copy. */
interface Entry<T> {
  readonly listener: (value: T) => void
  /** How many notifications there were before it was added. */
  readonly since: number
  /** The value that it knows already. */
  known: T | undefined
  previous: Entry<T> | undefined
  /** Kept after removal, because a notification that has reached this entry continues from it. */
  next: Entry<T> | undefined
  isGone: boolean
}

/**
 * The listeners of one thing, in the order of adding. Plain data, because each key may have a list. Listeners of a `state`
 * receive only the newest value: if one of them causes another notification, that one serves the rest, so that no listener
 * receives an older value after a newer one. Listeners of an `event` receive every event.
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
 * Adds a listener and returns the function that removes it. The same function may be added twice.
 *
 * @param known the value that the listener knows already
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
 * Notifies every listener that was there at the start, except those whose last value is identical. An error of one listener is
 * thrown in a microtask of its own, so that the others are still notified.
 */
export function callListeners<T>(listeners: Listeners<T>, value: T): void {
  const call = ++listeners.calls
  for (let entry = listeners.first; entry; entry = entry.next) {
    // A listener added during this notification is skipped, and so is everyone after it.
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

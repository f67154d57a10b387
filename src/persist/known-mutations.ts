// Owns what the disk has of a log: what a put that was started may have of it, and what a complete one has. `log-writer.ts` moves it.
import type { Mutation } from '../cache/mutation.ts'
import type { Operation } from '../cache/operation.ts'

/** What the disk has of a log. */
export interface KnownMutations {
  /** Whether the disk may have a mutation, in any form. */
  has(mutation: Mutation): boolean
  /** Whether the disk may have a mutation as it is now: a rebase and a joining write change it. */
  hasPresent(mutation: Mutation): boolean
  /** Whether the disk has a mutation with its last call. */
  isDurable(mutation: Mutation): boolean
  /** A put of these begins. Returns what to call once it is complete; that returns whether one of them is new on the disk. */
  begin(mutations: readonly Mutation[]): () => boolean
  /** The record is gone. What is still in the log may come back with a put that was started. */
  forget(log?: readonly Mutation[]): void
}

/** Starts with the mutations that a record has. */
export function createKnownMutations(restored: readonly Mutation[]): KnownMutations {
  const known = new Map<Mutation, Operation>()
  let durable = new Map<Mutation, number>()

  function begin(mutations: readonly Mutation[]): () => boolean {
    for (const mutation of mutations) known.set(mutation, mutation.operation)
    const calls = new Map(mutations.map((mutation) => [mutation, mutation.call]))
    return () => {
      const isNews = mutations.some((mutation) => !durable.has(mutation))
      durable = calls
      for (const mutation of known.keys()) if (!calls.has(mutation)) known.delete(mutation)
      return isNews
    }
  }

  begin(restored)()
  return {
    has: (mutation) => known.has(mutation),
    hasPresent: (mutation) => known.get(mutation) === mutation.operation,
    isDurable: (mutation) => durable.get(mutation) === mutation.call,
    begin,
    forget(log = []) {
      durable = new Map()
      const kept = new Set(log)
      for (const mutation of known.keys()) if (!kept.has(mutation)) known.delete(mutation)
    },
  }
}

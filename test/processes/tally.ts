// Counts events by name.

/** Counts how often what happened. */
export interface Tally {
  readonly figures: Readonly<Record<string, number>>
  count(what: string, by?: number): void
}

/** Creates a tally of nothing. */
export function createTally(): Tally {
  const figures: Record<string, number> = {}
  return {
    figures,
    count(what, by = 1) {
      figures[what] = (figures[what] ?? 0) + by
    },
  }
}

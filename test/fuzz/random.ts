// Draws for fuzzing: the same seed gives the same requests.

/** A source of draws. */
export interface Draw {
  /** A whole number from 0 up to n. */
  below(n: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
}

/** Creates a source of draws (mulberry32). */
export function createDraw(seed: number): Draw {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return { below, chance: (probability) => next() < probability, pick: (choices) => choices[below(choices.length)] as never }
}

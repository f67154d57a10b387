// Draws random numbers from a seed.

/** Numbers drawn from one seed: the same seed and name give the same numbers on every machine. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number from 0 up to `end`. */
  int(end: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** One of the names, by weight. */
  weigh<N extends string>(weights: Readonly<Record<N, number>>): N
}

function hash(text: string, seed: number): number {
  let h = seed ^ 0x9e3779b9
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x85ebca6b) ^ (h >>> 13)
  return h >>> 0
}

/** sfc32, which is fast and passes PractRand. */
export function createRandom(seed: number, name = ''): Random {
  let a = hash(name, seed)
  let b = hash(name, a + 1)
  let c = hash(name, b + 1)
  let counter = 1

  function next(): number {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296
  }
  for (let index = 0; index < 12; index++) next()

  const int = (end: number): number => Math.floor(next() * end)
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => items[int(items.length)] as (typeof items)[number],
    weigh(weights) {
      const names = Object.keys(weights) as (keyof typeof weights)[]
      let left = next() * names.reduce((sum, entry) => sum + weights[entry], 0)
      for (const entry of names) {
        left -= weights[entry]
        if (left < 0) return entry
      }
      return names[0] as keyof typeof weights
    },
  }
}

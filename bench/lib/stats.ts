// Computes medians and quantiles.

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which a share of the numbers lies, between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const [low = Number.NaN, high = low] = sorted.slice(Math.floor(at), Math.floor(at) + 2)
  return low + (high - low) * (at - Math.floor(at))
}

/** A median with the range in which the middle half of the numbers lies. */
export interface Summary {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly count: number
}

/** Sums up measurements of one thing. */
export function summarize(values: readonly number[]): Summary {
  return { median: median(values), low: quantile(values, 0.25), high: quantile(values, 0.75), count: values.length }
}

// Formats the numbers of the tables.

/** Three digits: what lies beyond is noise. */
function round(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return Number(value.toPrecision(3)).toString()
}

/** Nanoseconds in the unit that reads best. */
export function formatNs(ns: number): string {
  if (ns < 1e3) return `${round(ns)} ns`
  if (ns < 1e6) return `${round(ns / 1e3)} µs`
  return ns < 1e9 ? `${round(ns / 1e6)} ms` : `${round(ns / 1e9)} s`
}

/** A multiple of the floor. */
export function formatRatio(ratio: number): string {
  return `${round(ratio)}x`
}

/** A number without a unit. */
export function formatCount(count: number): string {
  return round(count)
}

/** Bytes in thousands, as download sizes are given. */
export function formatKb(bytes: number): string {
  return (bytes / 1000).toFixed(1)
}

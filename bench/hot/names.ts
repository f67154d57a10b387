// Lists the contenders of the hot suite and the data that each store starts with.

/** The contenders, by the names of their files in `stores/`. The floor is what each is measured next to. */
export const contenders = [
  'sojourn',
  'floor-zod',
  'signals',
  'nanostores-atoms',
  'nanostores-map',
  'zustand',
  'legend-state',
  'query-core',
  'tanstack-db',
] as const

/** The numbers by key that a store begins with. */
export function toInitial(keys: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Array.from({ length: keys }, (_, at) => [`key-${at}`, at]))
}

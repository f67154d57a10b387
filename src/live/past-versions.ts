// Owns which versions the base has had lately. connection.ts asks it, so that an event that arrives after the tab's own commit, or after
// another tab's message, causes no read.

/** How many versions are remembered: more than a stream is ever behind. */
const most = 64

/** The latest versions of the base. */
export interface PastVersions {
  add(version: string): void
  has(version: string): boolean
}

/** Creates an empty memory. */
export function createPastVersions(): PastVersions {
  const versions = new Set<string>()
  return {
    add(version) {
      versions.add(version)
      const [oldest] = versions
      if (versions.size > most && oldest !== undefined) versions.delete(oldest)
    },
    has: (version) => versions.has(version),
  }
}

// Owns which noticed versions are not of this client's endpoint. `notice` asks it, so that an app with another list of keys
// does not cause a read for each of its responses.

/** The versions that led to a read of the present base and were not what the read brought. */
export interface ForeignVersions {
  has(version: string): boolean
  /** Remembers a noticed version that led to a read, unless the read brought it. */
  note(version: string, base: string | undefined): void
}

/** Creates an empty memory. It forgets all when the base moves, since another state has other versions. */
export function createForeignVersions(): ForeignVersions {
  const versions = new Set<string>()
  let known: string | undefined
  return {
    has: (version) => versions.has(version),
    note(version, base) {
      if (base !== known) versions.clear()
      known = base
      if (version !== base) versions.add(version)
    },
  }
}

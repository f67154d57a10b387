// Owns what the journal keeps beside the database: which log this tab wrote, and which logs could not be kept up. A browser that refuses
// these keeps none of them.

/** The client id that this tab had last. A duplicated tab has it too; lock and owner decide. */
export interface Marks {
  readonly hint: string | null
  setHint(client: string): void
  /** Whether a log was not kept up, so that nothing of it may be sent. */
  isBehind(client: string): boolean
  setBehind(client: string, isBehind: boolean): void
}

function attempt<T>(run: () => T): T | null {
  try {
    return run()
  } catch {
    return null
  }
}

/** Creates the marks of a session by its name. */
export function createMarks(name: string): Marks {
  const behind = (client: string): string => `sojourn behind ${client}`
  return {
    get hint() {
      return attempt(() => sessionStorage.getItem(name))
    },
    setHint: (client) => void attempt(() => sessionStorage.setItem(name, client)),
    isBehind: (client) => attempt(() => localStorage.getItem(behind(client))) !== null,
    setBehind(client, isBehind) {
      attempt(() => (isBehind ? localStorage.setItem(behind(client), '1') : localStorage.removeItem(behind(client))))
    },
  }
}

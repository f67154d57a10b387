// Owns the cookies of one visitor of the checks. Ignores path and age, since checks assert them on the response.
import { parseSetCookie, type SetCookie } from 'cookie'

/** The cookies of one browser, by name. Their life and their path do not matter here: the server is asked about both. */
export interface Jar {
  /** The `Cookie` field; undefined without one. */
  header(): string | undefined
  /** Takes what a response sets. */
  store(cookies: readonly SetCookie[]): void
  get(name: string): string | undefined
  set(name: string, value: string): void
  /** The names of the cookies. */
  names(): readonly string[]
  /** A jar of its own with the same cookies: a request that left a moment ago, or another device that holds the key. */
  copy(): Jar
}

/** Creates a jar. */
export function createJar(from: Iterable<readonly [string, string]> = []): Jar {
  const cookies = new Map(from)
  return {
    header: () => (cookies.size === 0 ? undefined : [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')),
    store: (set) => {
      for (const cookie of set) {
        if (isRemoval(cookie)) cookies.delete(cookie.name)
        else cookies.set(cookie.name, cookie.value ?? '')
      }
    },
    get: (name) => cookies.get(name),
    set: (name, value) => void cookies.set(name, value),
    names: () => [...cookies.keys()],
    copy: () => createJar(cookies),
  }
}

/** Every cookie that a response sets, with its value as it travels. */
export function readSetCookies(headers: Headers): SetCookie[] {
  return headers.getSetCookie().map((line) => parseSetCookie(line, { decode: (value) => value }))
}

/** Whether a `Set-Cookie` takes the cookie away. */
export function isRemoval({ maxAge, expires }: SetCookie): boolean {
  return maxAge === undefined ? expires !== undefined && expires.getTime() <= Date.now() : maxAge <= 0
}

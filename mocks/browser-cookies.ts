// Owns one browser's cookie jar and mirrors its script-readable cookies to `document.cookie`. Never shows an HttpOnly cookie to script.
import { type CookieJar, createCookieJar, type MockCookie } from './cookie-jar.ts'

/** The cookies of one browser, mirrored to `document.cookie`. */
export interface BrowserCookies extends CookieJar {
  /** Returns the cookies that script can read, in the form of `document.cookie`. */
  readable(): string
}

/** Creates a browser's jar. Mirrors the cookies that script may read to `document`, if there is one. */
export function createBrowserCookies(now: () => number, document: { cookie: string } | undefined): BrowserCookies {
  const jar = createCookieJar(now)
  const shown = new Map<string, MockCookie>()

  const show = (): void => {
    if (document === undefined) return
    const readable = new Map(
      jar
        .list()
        .filter(({ httpOnly }) => !httpOnly)
        .map((cookie) => [`${cookie.path} ${cookie.name}`, cookie]),
    )
    for (const [id, { name, path }] of shown) {
      if (!readable.has(id)) document.cookie = `${name}=; Path=${path}; Expires=Thu, 01 Jan 1970 00:00:00 GMT`
    }
    shown.clear()
    for (const [id, cookie] of readable) {
      document.cookie = `${cookie.name}=${cookie.value}; Path=${cookie.path}`
      shown.set(id, cookie)
    }
  }

  return {
    ...jar,
    store: (url, lines) => {
      jar.store(url, lines)
      show()
    },
    close: () => {
      jar.close()
      show()
    },
    clear: () => {
      jar.clear()
      show()
    },
    readable: () =>
      jar
        .list()
        .filter(({ httpOnly }) => !httpOnly)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; '),
  }
}

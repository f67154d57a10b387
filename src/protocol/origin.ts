// Owns how URLs are read, and what an origin is, for the server's list of origins and the client's. Both compare texts, so a typo must be
// found here.

/** Parses a URL; undefined if it is not one. `URL.canParse` is younger than the oldest browsers (README). */
export function parseUrl(url: string | URL, base?: string): URL | undefined {
  try {
    return new URL(url, base)
  } catch {
    return undefined
  }
}

/**
 * Returns the origin of a URL as browsers send it. WHATWG calls the origin of a custom scheme `null`; browsers send those as
 * they are written (`capacitor://localhost`).
 */
export function originOf(url: string | URL): string {
  const { origin, protocol, host } = new URL(url)
  return origin === 'null' ? `${protocol}//${host}` : origin
}

/**
 * Returns whether a value is an origin as browsers send it. Of http(s) there is one spelling; those of custom schemes are
 * taken as they are written.
 *
 * @example
 * isOrigin('https://app.example.com') // true
 * isOrigin('https://app.example.com/') // false: browsers send no slash
 */
export function isOrigin(value: unknown): boolean {
  const url = typeof value === 'string' ? parseUrl(value) : undefined
  if (!url) return false
  if (/^https?:/i.test(value as string)) return url.origin === value
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/.test(value as string) && originOf(url) === value
}

// Creates the id under which a client numbers its commits.

/** A client id that nobody else has: 128 random bits, in base64url. */
export function createClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

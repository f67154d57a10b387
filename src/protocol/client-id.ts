// Creates the id under which a client numbers its commits.

/** Returns a unique client id: 128 random bits, in base64url. */
export function createClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

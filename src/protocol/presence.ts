// Declares the presence cookie: a cookie that script can read and that names the lineage of the key next to it. The server sets it, the
// journal looks for it. It is no credential, because script knows the lineage already.

/** Returns the name of the presence cookie of a session cookie; a prefix such as `__Host-` stays. */
export function presenceName(cookieName: string): string {
  return `${cookieName}_at`
}

/** Returns the text whose SHA-256 the presence cookie has. */
export function presenceText(lineage: string): string {
  return `sojourn ${lineage}`
}

/** How many characters of the digest, in base64url, the presence cookie has. */
export const presenceLength = 22

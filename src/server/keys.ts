// Derives and hashes session keys. Called by the vault and the directory of people; no store ever sees a key itself.

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Writes bytes as base64url without padding. By hand: through btoa it was most of what a hash costs. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 6; bits -= 6) text += letters[(held >> (bits - 6)) & 63]
  }
  return bits > 0 ? text + letters[(held << (6 - bits)) & 63] : text
}

type NodeCrypto = Pick<typeof import('node:crypto'), 'hash' | 'createHmac'>

/**
 * Node's own crypto, which Deno, Bun and workers have too: it hashes at once, where SubtleCrypto hands each digest to a
 * thread, which takes longer than the digest. Asked for while it runs, so that no bundler looks for it.
 */
function nodeCrypto(): NodeCrypto | undefined {
  const { process } = globalThis as { readonly process?: { readonly getBuiltinModule?: (name: string) => NodeCrypto | undefined } }
  return process?.getBuiltinModule?.('node:crypto')
}

/** SHA-256 of bytes or of a text's UTF-8, as 43 characters of base64url. */
export async function sha256(input: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const node = nodeCrypto()
  // In one call: an object for each hash costs twice the hash.
  if (node) return node.hash('sha256', input, 'base64url')
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/**
 * The next session key, from the one before and a salt: HMAC-SHA-256. So the store can keep the salt for a minute and
 * give the new key once more to who holds the old one, without ever holding a key that opens a session.
 */
export async function deriveKey(key: string, salt: string): Promise<string> {
  const node = nodeCrypto()
  if (node) return node.createHmac('sha256', key).update(salt).digest('base64url')
  const encoder = new TextEncoder()
  const secret = await crypto.subtle.importKey('raw', encoder.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', secret, encoder.encode(salt))))
}

/** Whether a cookie's value has the form of a session key; anything else names no session. */
export function isKey(value: string): boolean {
  return /^[\w-]{43}$/.test(value)
}

/** Returns the name that a store lists the sessions of an identity under. */
export function hashOwner(identity: string): Promise<string> {
  return sha256(`owner ${identity}`)
}

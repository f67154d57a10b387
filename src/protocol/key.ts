// Owns which names a session key may have. The client's schema and the server's list of exposed keys go by it.

/**
 * Returns why a name can never be a key that clients use; undefined if it can. Names that begin with `_` are the
 * server's own, and not every parser of JSON keeps `__proto__` or a lone surrogate (RFC 8259, section 8.2).
 *
 * @example
 * keyFault('_identity') // "names that begin with _ are the server's own"
 */
export function keyFault(name: string): string | undefined {
  if (name.startsWith('_')) return "names that begin with _ are the server's own"
  return /\p{Surrogate}/u.test(name) ? 'it holds a lone surrogate, which UTF-8 cannot carry' : undefined
}

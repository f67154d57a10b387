// Owns the form of the names that travel: lineages, versions and tags. Both sides check what they receive by it.

const visibleAscii = /^[\x21\x23-\x7e]{1,256}$/

/**
 * Returns whether a value is a name of the protocol: 1 to 256 visible ASCII characters without `"`. A version stands in
 * an entity tag (RFC 9110, section 8.8.3), a lineage in a header field.
 */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && visibleAscii.test(value)
}

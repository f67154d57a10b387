// What the schema sees of stored values, and how a new value is put over one. Pure: the replay and the cache call it.

import { isList, merge } from '../merge/merge.ts'
import { isEqual, type Json } from '../protocol/json.ts'
import type { SessionCodec } from '../schema/codec.ts'
import type { ConflictPolicy } from './operation.ts'
import { mergeUnknownFields } from './unknown-fields.ts'

/** What a replay needs to know, except for the data. */
export interface Rules {
  readonly codec: SessionCodec
  readonly policy: (key: string) => ConflictPolicy
  /** The members that identify an item of the key's lists, before `id` and `key`. */
  readonly identify: (key: string) => readonly string[] | undefined
  /** The new base during a rebase, without our own writes. */
  readonly stored?: Data
  /** Called with each key of which a change is lost, by another client or by us. */
  readonly onLost?: (key: string) => void
}

/** Returns what is stored under a key. */
export type Data = (key: string) => Json | undefined

/** Returns a stored value as the app reads it; undefined, not the default, if nothing is stored. */
export function decodeStored(codec: SessionCodec, key: string, raw: Json | undefined): unknown {
  return raw === undefined ? undefined : codec.decode(key, raw).value
}

/** Returns what the schema sees of a stored value, as it would be encoded; undefined if the schema refuses it or cannot encode it. */
export function toSeen(codec: SessionCodec, key: string, raw: Json | undefined): Json | undefined {
  if (raw === undefined || codec.isEncoded(raw)) return raw
  const { value, issues, skipped } = codec.decode(key, raw)
  if (issues && !skipped) return
  try {
    return codec.encode(key, value)
  } catch {
    return // a codec that decodes what it cannot encode
  }
}

/** Returns whether the schema reads a stored value back as exactly the encoded value that was written. */
export function readsBackAs(codec: SessionCodec, key: string, raw: Json | undefined, encoded: Json | undefined): boolean {
  return isEqual(toSeen(codec, key, raw), encoded)
}

/** Returns a stored list without the items that the schema refuses and the key skips. */
function withoutSkipped(codec: SessionCodec, key: string, stored: Json): Json {
  const { skipped } = codec.decode(key, stored)
  return skipped && isList(stored) ? stored.filter((_, place) => !skipped.has(place)) : stored
}

/**
 * Puts an encoded value over a stored one, so that fields that the schema does not know (a newer deploy wrote them) stay
 * with their owners. Where they would change what the new value reads back as, the new value is stored as it is: a codec
 * reads an older shape, or a union changed its member. Items that a key skips stay, too, where they stood.
 */
export function putOver({ codec, identify }: Rules, key: string, stored: Json | undefined, encoded: Json | undefined): Json | undefined {
  if (typeof stored !== 'object' || stored === null || encoded === undefined || codec.isEncoded(stored)) return encoded
  const seen = toSeen(codec, key, stored)
  if (seen === undefined) return encoded
  const good = withoutSkipped(codec, key, stored)
  const merged = mergeUnknownFields(seen, encoded, good, identify(key))
  const next = merged === encoded || readsBackAs(codec, key, merged, encoded) ? merged : encoded
  return good === stored ? next : merge(good, next, stored, { identify: identify(key) })
}

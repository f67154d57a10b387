// Owns what a session remembers of its last writes: one record for each client, and the marks of server code's writes. Called by
// record.ts, entries.ts and session-writer.ts; pure.

/** How many clients a session remembers the last commit of. */
export const maxClients = 64

/** How long it remembers one after its last write, in milliseconds: as long as a client keeps a commit that it could not send. */
export const clientAgeMs: number = 14 * 86_400_000

/** How much of a body's hash is kept, in characters of base64url: 66 bits. */
export const bodyHashLength = 11

/** How many writes of server code a session remembers. */
const maxServerWrites = 32

/** The last commit that was stored for one client. */
export interface ClientRecord {
  readonly client: string
  readonly n: number
  /** The first characters of the hash of the exact body: a number is bound to one body. */
  readonly hash: string
  /** The session's `seq` once it was stored. */
  readonly seq: number
  /** Whether its response set the cookie, so that a repetition sets it again. */
  readonly cookie: boolean
  /** When it was stored, in milliseconds since the epoch, rounded up to an hour by the store. */
  readonly at: number
}

/** The part of a session's record that this file owns. */
export interface PastWrites {
  /** Least recent first. */
  readonly clients: readonly ClientRecord[]
  /** The highest `seq` at which a client that is forgotten since had stored a commit. */
  readonly floor: number
  /** The first characters of the marks of server code's last writes, which `hasServerWrite` looks for. */
  readonly serverWrites?: readonly string[] | undefined
}

/** Returns the last commit stored for a client. */
export function clientOf(record: PastWrites, client: string | undefined): ClientRecord | undefined {
  return record.clients.find((known) => known.client === client)
}

/** Notes a client's last commit. A client that is dropped raises the floor, because copies of its commits may still arrive. */
export function noteCommit<T extends PastWrites>(record: T, last: ClientRecord): T {
  // Records that an older version stored have no time: theirs begins now.
  const timed = record.clients.map((known) => (Number.isFinite(known.at) ? known : { ...known, at: last.at }))
  const others = timed.filter(({ client }) => client !== last.client)
  const clients = [...others.filter(({ at }) => last.at - at < clientAgeMs).slice(1 - maxClients), last]
  const dropped = others.filter((other) => !clients.includes(other))
  return { ...record, clients, floor: Math.max(record.floor, ...dropped.map(({ seq }) => seq)) }
}

/** Notes that server code made the record's last write, under its mark. */
export function noteServerWrite<T extends PastWrites & { readonly mark: string }>(record: T): T {
  return { ...record, serverWrites: [...(record.serverWrites ?? []), toShortMark(record.mark)].slice(-maxServerWrites) }
}

/**
 * Returns whether a write of server code is among the last ones. A store answers false to a write that it has stored if the command
 * was sent twice and another write came between; the client records tell the same of commits.
 */
export function hasServerWrite(record: PastWrites, mark: string): boolean {
  return record.serverWrites?.includes(toShortMark(mark)) ?? false
}

const toShortMark = (mark: string): string => mark.slice(0, 8)

// Owns the port to randomness: jitter and client ids. The client's wiring passes it to the pipeline, so that tests replace it.
import { createClientId } from '../protocol/client-id.ts'

/** Randomness, as the client needs it. */
export interface Random {
  /** Returns a number from 0 up to 1, for jitter. */
  readonly number: () => number
  /** Returns a client id that no other client has: 128 random bits. */
  readonly clientId: () => string
}

/** The host's randomness. Client ids live in memory only, because a duplicated tab shares what is stored. */
export const hostRandom: Random = { number: Math.random, clientId: createClientId }

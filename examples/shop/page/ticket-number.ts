// Derives the ticket number that both halves show.
import { session } from './session.ts'

/** The end of the session's public id, as the number on the ticket. It stays at log-in and changes when the session ends. */
export function ticketNumber(): string {
  const lineage = session.dehydrate()?.state.lineage
  return lineage ? `No. ${lineage.slice(-5)}` : 'no ticket'
}

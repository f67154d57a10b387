// Phrases what the board says about exchanges.
import type { SessionEvents } from 'sojourn'
import type { ExchangeMark, Outcome } from './mark.ts'

/** `cart`, `cart and theme`, `cart, theme and draft`. */
export function listOf(names: readonly string[]): string {
  const [last, ...before] = [...new Set(names)].toReversed()
  return before.length === 0 ? (last ?? 'nothing') : `${before.toReversed().join(', ')} and ${last}`
}

/** `1 write`, `2 writes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** What is said when a commit leaves; nothing of reads, which say what they brought. */
export function sayLeaving({ what, n, attempt }: ExchangeMark, mutations: number): string | undefined {
  if (what !== 'commit') return undefined
  if (attempt === 1) return `Commit ${n} leaves with ${count(mutations, 'write')}.`
  return `Commit ${n} goes again, attempt ${attempt}, with the very same bytes.`
}

/** What is said of the very first read. */
export const sayFirst =
  'The page came with the session in it and has asked once whether that is still so. It is (304). Now add something to the cart.'

/** What is said when it is known how an exchange went. Nothing of what says more in another event. */
export function sayOutcome(outcome: Outcome, n: number | undefined): string | undefined {
  switch (outcome) {
    case 'stored':
      return `Commit ${n} is acknowledged: the server has stored it.`
    case 'known':
      return `Commit ${n} is acknowledged. The server had stored it the first time, knew its number again and did nothing twice.`
    case 'unchanged':
      return 'This page refetched: nothing has changed (304).'
    case 'offline':
      return 'No response: the network is gone. What you write stays here, is shown, and goes when the network is back.'
    case 'request-lost':
      return `Commit ${n} got lost on its way. Nobody here can distinguish that from a lost response, so the very same bytes will go again.`
    case 'answer-lost':
      return n === undefined
        ? 'The response got lost. This page asks again.'
        : `The server has stored commit ${n}, but the response got lost. Nobody here can publish, so the very same bytes will go again.`
    case 'gone':
      return 'The server does not know this session any more. Before the page believes that, it refetches: a log-in may be in flight.'
    case 'old-key':
      return 'The cookie is of a session that is gone. The server makes no new one on it until the page has looked once more.'
    case 'failed':
      return 'The server gives no usable response. What you write stays here, is shown, and goes when it answers again.'
    default:
      return undefined
  }
}

/** What is said of a commit that somebody else was ahead of. */
export function sayConflict(n: number, keys: readonly string[]): string {
  const what = keys.length > 0 ? listOf(keys) : 'the session'
  return `The server had changed ${what} first (409). Your change was replayed on top of theirs and goes again as commit ${n + 1}.`
}

/** What is said of a write that was rejected. */
export function sayRejected({ error, keys }: SessionEvents['rejected']): string | undefined {
  if (error.code === 'ended') return undefined // told by the end itself
  if (error.code === 'discarded') return `You took the write of ${listOf(keys)} back before it was sent.`
  const reasons = 'errors' in error && Array.isArray(error.errors) ? error.errors.map(({ message }) => String(message)) : []
  const why = reasons.length > 0 ? `: ${reasons.join(', ')}` : ''
  return `The server refused the write of ${listOf(keys)}${why}. It left the view; what is stored stays.`
}

const ends: Record<SessionEvents['ended']['reason'], string> = {
  expired: 'Its time was over',
  flushed: 'It was ended on the server',
  replaced: 'Another session has taken its place',
  'cookie-refused': 'The browser did not keep its cookie',
}

/** What is said of a session's end. */
export function sayEnded({ reason }: SessionEvents['ended'], lostWrites: number): string {
  const lost = lostWrites > 0 ? ` ${count(lostWrites, 'write')} that had not arrived ${lostWrites === 1 ? 'was' : 'were'} rejected.` : ''
  return `The session has ended. ${ends[reason]}.${lost} Your next write starts a new one.`
}

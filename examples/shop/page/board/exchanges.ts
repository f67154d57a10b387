// Reports the client's requests and their outcomes, as marks and sentences.
import type { SessionExchange } from 'sojourn'
import type { Lost } from '../network.ts'
import type { Reports, Tone } from '../reports.ts'
import type { ExchangeMark, Outcome } from './mark.ts'
import { sayConflict, sayFirst, sayLeaving, sayOutcome } from './words.ts'

/** Tells of exchanges with the server. */
export interface ExchangeTeller {
  /** The network has lost something of the exchange in flight. */
  lost(what: Lost): void
  /** A key was changed by somebody else. */
  conflict(key: string): void
  exchange(event: SessionExchange): void
}

const tones: Partial<Record<Outcome, Tone>> = {
  stored: 'good',
  known: 'good',
  conflict: 'care',
  offline: 'care',
  'request-lost': 'care',
  'answer-lost': 'care',
  gone: 'care',
  'old-key': 'care',
  refused: 'bad',
  failed: 'bad',
}

const lostOutcomes: Record<Lost, Outcome> = { offline: 'offline', request: 'request-lost', answer: 'answer-lost' }

/** Creates a teller of exchanges. */
export function createExchangeTeller({ publish }: Pick<Reports, 'publish'>, hasSession: () => boolean): ExchangeTeller {
  let lost: Lost | undefined
  /** Whether the server has stored the commit in flight already, as far as this page's network knows. */
  let isStored = false
  let isFirst = true
  /** Whether tries fail one like another, so that one sentence is enough. */
  let isStuck = false
  let refused: { readonly n: number; readonly keys: string[] } | undefined

  /** The keys of a conflict come after its exchange, so it is reported when the next thing happens. */
  function tellConflict(): void {
    if (!refused) return
    const { n, keys } = refused
    refused = undefined
    publish({ text: sayConflict(n, keys), tone: 'care', mark: { kind: 'replay', label: 'rebased' } })
  }

  function toOutcome({ kind, outcome }: SessionExchange): Outcome {
    switch (outcome) {
      case 'acknowledged':
        return kind === 'commit' ? (isStored ? 'known' : 'stored') : 'read'
      case 'unchanged':
      case 'conflict':
      case 'refused':
        return outcome
      case 'elsewhere':
        return hasSession() ? 'gone' : 'old-key'
      case 'failed':
        return lost ? lostOutcomes[lost] : 'failed'
      default:
        return 'in-flight'
    }
  }

  return {
    lost(what) {
      lost = what
    },
    conflict(key) {
      refused?.keys.push(key)
    },
    exchange(event) {
      tellConflict()
      const { kind: what, n, attempt, mutations = 0 } = event
      const outcome = toOutcome(event)
      const mark: ExchangeMark = { kind: 'exchange', what, n, attempt, outcome }
      if (event.outcome === 'sent') {
        lost = undefined
        return publish({ text: isStuck ? undefined : sayLeaving(mark, mutations), mark })
      }
      if (outcome === 'answer-lost' && what === 'commit') isStored = true
      else if (event.outcome !== 'failed') isStored = false
      if (outcome === 'conflict' && n !== undefined) {
        refused = { n, keys: [] }
        setTimeout(tellConflict)
      }
      const text = isFirst && outcome === 'unchanged' ? sayFirst : sayOutcome(outcome, n)
      isFirst = false
      isStuck = outcome === 'offline' || outcome === 'failed'
      publish({ text, tone: tones[outcome], mark })
    },
  }
}

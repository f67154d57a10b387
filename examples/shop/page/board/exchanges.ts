// Reports the client's requests and their outcomes, as marks and sentences.
import type { SessionExchange } from 'sojourn'
import type { Lost } from '../network.ts'
import type { Reports, Tone } from '../reports.ts'
import type { ExchangeMark, Fate } from './mark.ts'
import { sayConflict, sayFate, sayFirst, sayLeaving } from './words.ts'

/** Tells of exchanges with the server. */
export interface ExchangeTeller {
  /** The network has lost something of the exchange under way. */
  lost(what: Lost): void
  /** A key was changed by somebody else. */
  conflict(key: string): void
  exchange(event: SessionExchange): void
}

const tones: Partial<Record<Fate, Tone>> = {
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

const lostFates: Record<Lost, Fate> = { offline: 'offline', request: 'request-lost', answer: 'answer-lost' }

/** Creates a teller of exchanges. */
export function createExchangeTeller({ tell }: Pick<Reports, 'tell'>, hasSession: () => boolean): ExchangeTeller {
  let lost: Lost | undefined
  /** Whether the server has stored the commit under way already, as far as this page's network knows. */
  let isStored = false
  let isFirst = true
  /** Whether tries fail one like another, so that one sentence is enough. */
  let isStuck = false
  let refused: { readonly n: number; readonly keys: string[] } | undefined

  /** The keys of a conflict come after its exchange, so it is told when the next thing happens. */
  function tellConflict(): void {
    if (!refused) return
    const { n, keys } = refused
    refused = undefined
    tell({ text: sayConflict(n, keys), tone: 'care', mark: { kind: 'replay', label: 'rebased' } })
  }

  function toFate({ kind, outcome }: SessionExchange): Fate {
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
        return lost ? lostFates[lost] : 'failed'
      default:
        return 'under-way'
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
      const { kind: what, n, attempt, outcome, mutations = 0 } = event
      const fate = toFate(event)
      const mark: ExchangeMark = { kind: 'exchange', what, n, attempt, fate }
      if (outcome === 'sent') {
        lost = undefined
        return tell({ text: isStuck ? undefined : sayLeaving(mark, mutations), mark })
      }
      if (fate === 'answer-lost' && what === 'commit') isStored = true
      else if (outcome !== 'failed') isStored = false
      if (fate === 'conflict' && n !== undefined) {
        refused = { n, keys: [] }
        setTimeout(tellConflict)
      }
      const text = isFirst && fate === 'unchanged' ? sayFirst : sayFate(fate, n)
      isFirst = false
      isStuck = fate === 'offline' || fate === 'failed'
      tell({ text, tone: tones[fate], mark })
    },
  }
}

// Holds what the shop's board says about exchanges.
import type { SessionExchange } from 'sojourn'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createExchangeTeller, type ExchangeTeller } from '../../examples/shop/page/board/exchanges.ts'
import type { Report } from '../../examples/shop/page/reports.ts'

let reports: Report[]
let teller: ExchangeTeller

beforeEach(() => {
  vi.useFakeTimers()
  reports = []
  teller = createExchangeTeller({ publish: (report) => void reports.push(report) }, () => true)
  return () => vi.useRealTimers()
})

const commit = (outcome: SessionExchange['outcome'], n = 1, attempt = 1): void =>
  teller.exchange({ kind: 'commit', outcome, n, attempt, mutations: 2 })
const sentences = (): (string | undefined)[] => reports.map(({ text }) => text)
const fates = (): unknown[] => reports.map(({ mark }) => (mark?.kind === 'exchange' ? mark.outcome : mark?.kind))

describe('the board', () => {
  test('says that a commit leaves and that it is stored', () => {
    commit('sent')
    commit('acknowledged')

    expect(sentences()).toEqual(['Commit 1 leaves with 2 writes.', 'Commit 1 is acknowledged: the server has stored it.'])
    expect(fates()).toEqual(['in-flight', 'stored'])
  })

  test('names the keys of a conflict before the commit goes again', () => {
    commit('sent')
    commit('conflict')
    teller.conflict('cart')
    teller.conflict('draft')
    commit('sent', 2)

    expect(sentences()[2]).toBe(
      'The server had changed cart and draft first (409). Your change was replayed on top of theirs and goes again as commit 2.',
    )
    expect(fates()).toEqual(['in-flight', 'conflict', 'replay', 'in-flight'])
  })

  test('tells of a conflict that nothing follows', () => {
    commit('sent')
    commit('conflict')
    vi.runAllTimers()

    expect(sentences()[2]).toContain('The server had changed the session first')
  })

  test('tells a lost response from a lost request', () => {
    commit('sent')
    teller.lost('answer')
    commit('failed')
    commit('sent', 1, 2)
    commit('acknowledged', 1, 2)
    commit('sent', 2)
    teller.lost('request')
    commit('failed', 2)
    commit('sent', 2, 2)
    commit('acknowledged', 2, 2)

    const [, lostAnswer, again, known, , lostRequest, , stored] = sentences()
    expect(lostAnswer).toContain('The server has stored commit 1')
    expect(again).toBe('Commit 1 goes again, attempt 2, with the very same bytes.')
    expect(known).toContain('did nothing twice')
    expect(lostRequest).toContain('Commit 2 got lost on its way')
    expect(stored).toBe('Commit 2 is acknowledged: the server has stored it.')
  })

  test('says once, not at each try, that the network is gone', () => {
    for (const attempt of [1, 2, 3]) {
      commit('sent', 1, attempt)
      teller.lost('offline')
      commit('failed', 1, attempt)
    }

    expect(sentences().filter((text) => text?.includes('goes again'))).toEqual([])
    expect(fates()).toEqual(['in-flight', 'offline', 'in-flight', 'offline', 'in-flight', 'offline'])
  })
})

// Turns the client's events into reports. Never writes to the session.
import type { Network } from '../network.ts'
import type { Reports } from '../reports.ts'
import type { Session } from '../session.ts'
import { createChangeTeller } from './changes.ts'
import { createExchangeTeller } from './exchanges.ts'
import { sayEnded, sayRejected } from './words.ts'

/** Listens to everything that the client tells and says it in sentences. */
export function tellStory(session: Session, network: Network, reports: Reports): void {
  const exchanges = createExchangeTeller(reports, () => session.dehydrate()?.state.lineage !== null)
  const changes = createChangeTeller(session, reports)
  let ended = 0

  network.onLost(exchanges.lost)
  session.on('exchange', (event) => {
    const { kind, outcome } = event
    exchanges.exchange(event)
    if (outcome !== 'sent') changes.explain(outcome !== 'acknowledged' ? 'other' : kind === 'read' ? 'read' : 'acknowledged')
  })
  session.on('conflict', ({ key }) => exchanges.conflict(key))
  session.on('rejected', (event) => {
    if (event.error.code === 'ended') ended++
    reports.publish({ text: sayRejected(event), tone: 'bad' })
  })
  session.on('ended', (event) => {
    changes.explain('other')
    reports.publish({ text: sayEnded(event, ended), tone: 'bad', mark: { kind: 'end', label: event.reason } })
    ended = 0
  })
  session.on('expiring', ({ remainingMs }) => {
    const seconds = Math.ceil(remainingMs / 1000)
    reports.publish({ text: `The session ends in ${seconds} seconds unless something is written or you press "Keep it".`, tone: 'care' })
  })
  session.on('invalid', ({ key }) => {
    reports.publish({ text: `The stored ${key} does not fit the schema: its default is shown and nothing is overwritten.`, tone: 'care' })
  })
  session.on('dropped', () => reports.publish({ text: 'Other server code has undone writes that were acknowledged.', tone: 'bad' }))
}

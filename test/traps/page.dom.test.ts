// Plays traps that other clients fell into: the page's life.
import { describe, expect, test } from 'vitest'
import { begin, createHub, flush, inTime, useFakeTime } from '../client/harness.ts'

// Traps that others fell into, each with its number in the list of them.
useFakeTime()

const page = (type: 'pagehide' | 'pageshow'): void => void window.dispatchEvent(Object.assign(new Event(type), { persisted: true }))

describe('the back/forward cache', () => {
  test('a page that comes back after a log-out elsewhere shows nothing of who was there', async () => {
    // 15
    const hub = createHub()
    const { mock, session } = await begin({ note: "ann's" }, { channel: hub.channel }, { signedInAs: 'ann' })
    page('pagehide')
    await mock.signOut()
    page('pageshow')
    await flush()
    await inTime(session.revalidate())
    expect([session.peek('note'), session.identity]).toEqual([undefined, null])
  })
})

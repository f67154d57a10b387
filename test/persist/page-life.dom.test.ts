// Holds what a journal does as its page is left, comes back from the back/forward cache, and is disposed of.
import { SessionUnknownFateError } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { advance, createServer, follow, inTime, useFakeTime } from '../client/harness.ts'
import { createBrowser } from './pages.ts'

useFakeTime()

const transition = (type: 'pagehide' | 'pageshow'): void => {
  window.dispatchEvent(Object.assign(new Event(type), { persisted: true }))
}

/** A browser with one page that has a write on the disk and no network. */
async function begin() {
  const mock = createServer({ initial: { count: 1 } })
  const browser = createBrowser(mock)
  const page = browser.open()
  await inTime(page.session.get('count'))
  browser.signPresence(page)
  await advance(50)
  mock.offline()
  const written = follow(() => page.session.update('count', (count) => count + 1))
  await inTime(page.session.whenDurable())
  return { mock, browser, page, written }
}

describe('a page that comes back from the back/forward cache', () => {
  test('12: leaves its durable writes to the page that took its log, and goes on under another client id', async () => {
    const { mock, browser, page, written } = await begin()
    transition('pagehide')
    await advance(10)
    const next = browser.open()
    await inTime(next.session.get('count'))
    mock.online()
    await inTime(next.session.settled())
    expect(await mock.data()).toEqual({ count: 2 })
    transition('pageshow')
    const late = follow(() => page.session.update('count', (count) => count + 10))
    await advance(20_000)
    expect(written.error).toBeInstanceOf(SessionUnknownFateError)
    expect([late.status, await mock.data(), page.session.peek('count')]).toEqual(['resolved', { count: 12 }, 12])
  })

  test('7: binds what it wrote to the session that it knew, also if the browser has another one by now', async () => {
    const { mock, browser, page } = await begin()
    transition('pagehide')
    await advance(10)
    const next = browser.open()
    await inTime(next.session.get('count'))
    mock.online()
    await inTime(next.session.settled())
    await mock.flush()
    next.kill()
    await mock.signIn('ann')
    mock.offline()
    transition('pageshow')
    const late = follow(() => page.session.set('note', 'of the first visitor'))
    mock.online()
    await advance(60_000)
    expect([late.status, await mock.data()]).toEqual(['rejected', {}])
  })

  test('goes on with its own log if nobody took it', async () => {
    const { mock, page, written } = await begin()
    transition('pagehide')
    await advance(10)
    mock.online()
    transition('pageshow')
    await advance(20_000)
    expect([written.status, await mock.data()]).toEqual(['resolved', { count: 2 }])
    expect(page.session.journal).toBe('on')
  })
})

describe('a page that is left', () => {
  test('writes down in its last task what it has not written yet', async () => {
    const { browser, page } = await begin()
    void page.session.set('note', 'last')
    transition('pagehide')
    page.kill()
    expect(browser.disk.logs).toMatchObject([{ log: [{ kind: 'update' }, { kind: 'set', key: 'note', value: 'last' }] }])
  })

  test('leaves its log to another tab of the session, which sends it', async () => {
    const { mock, browser, page } = await begin()
    const other = browser.open()
    // It cannot load while the network is away; what it loads then is the same session.
    mock.online()
    mock.next('lose-request')
    await inTime(other.session.get('count'))
    page.kill()
    window.dispatchEvent(new Event('online'))
    await advance(20_000)
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('dispose() leaves the log to the next page', async () => {
    const { mock, browser, page, written } = await begin()
    page.session.dispose()
    await advance(10)
    expect([written.status, browser.disk.logs[0]?.log.length]).toEqual(['rejected', 1])
    mock.online()
    const next = browser.open()
    await inTime(next.session.get('count'))
    await inTime(next.session.settled())
    expect(await mock.data()).toEqual({ count: 2 })
  })
})

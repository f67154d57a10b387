// Plays scenarios on the mock of an engine.
import { createMockSessionServer, type MockSessionServer } from 'sojourn/msw'
import type { Engine } from './scenario.ts'
import type { Visitor } from './site.ts'

/** A visitor of a mock server of this engine. */
export function visitMock(engine: Engine): Visitor {
  // A clock that stands still: the ages in the responses are whole.
  const mock = createMockSessionServer({ backend: engine, csrf: true, now: () => 1_800_000_000_000 })
  return {
    url: mock.url,
    fetch: mock.fetch,
    cookie: (name) => mock.cookies.find((cookie) => cookie.name === name)?.value,
    play: (event) => play(mock, event),
    hold: async (where, send) => {
      const held = mock.next(where === 'request' ? 'hold' : 'hold-answer')
      const response = send(mock.fetch)
      await held.reached()
      return { letGo: () => held.release().then(() => response) }
    },
    saveOver: (write, send) => {
      mock.next({ fault: 'write-over', write })
      return send()
    },
    staleCache: (send) => {
      mock.next('stale-cache')
      return send()
    },
  }
}

async function play(mock: MockSessionServer, event: Parameters<Visitor['play']>[0]): ReturnType<Visitor['play']> {
  switch (event.do) {
    case 'wait':
      mock.advance(event.seconds * 1_000)
      return
    case 'expire':
      await mock.expire()
      return
    case 'evict':
      await mock.evict()
      return
    case 'delete-row':
      await mock.deleteRow()
      return
    case 'view':
      break
  }
  switch (event.event) {
    case 'read':
      return (await mock.lineage()) === null ? null : mock.data()
    case 'write':
      await mock.write(event.set)
      return
    case 'log-in':
      await mock.signIn(event.identity)
      return
    case 'log-out':
    case 'flush':
      await mock.flush()
      return
    case 'rotate':
      await mock.rotateKey()
  }
}

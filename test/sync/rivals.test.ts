// Holds that clients that contend for one key all make progress.
import { describe, expect, test } from 'vitest'
import { advance, collect, createServer, flush, open, type Session, useFakeTime } from '../client/harness.ts'

useFakeTime()

/** Draws the same numbers in each run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Clients of one session, each so many milliseconds from the server and back, give or take a tenth, one half way after the other. */
async function openRivals(count: number, roundTripMs = 20, spread = 0.1, seed = 7) {
  const mock = createServer({ initial: { count: 0 } })
  const random = createRandom(seed)
  const half = (): Promise<void> => sleep((roundTripMs / 2) * (1 + spread * (2 * random() - 1)))
  const fetch: typeof globalThis.fetch = async (input, init) => {
    await half()
    const response = await mock.fetch(input, init)
    await half()
    return response
  }
  const sessions = Array.from({ length: count }, () => open({ ...mock, fetch }, { random }))
  for (const session of sessions) void session.get('count')
  await advance(100)
  /** How often a commit of each client was refused in a row, at most. */
  const losses = sessions.map(() => 0)
  for (const [index, session] of sessions.entries()) {
    let row = 0
    session.on('exchange', ({ outcome }) => {
      row = outcome === 'conflict' ? row + 1 : outcome === 'acknowledged' ? 0 : row
      losses[index] = Math.max(losses[index] as number, row)
    })
  }
  return { mock, sessions: sessions as [Session, Session, ...Session[]], losses }
}

/** Increments so many times, each once the one before is acknowledged; tells how long each took. */
async function increment(session: Session, goesOn: (done: number) => boolean): Promise<number[]> {
  const took: number[] = []
  while (goesOn(took.length)) {
    const start = Date.now()
    await session.update('count', (count) => count + 1)
    took.push(Date.now() - start)
  }
  return took
}

/** Lets virtual time pass until something is settled. */
async function until<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  let isOver = false
  void promise.finally(() => {
    isOver = true
  })
  for (let passed = 0; passed < limitMs && !isOver; passed += 5) await advance(5)
  if (!isOver) throw new TypeError(`Not settled in ${limitMs} ms of virtual time.`)
  return promise
}

describe('clients that write one key', () => {
  test('one that never pauses starves nobody: another is refused at most about as often as that one rests', async () => {
    const { sessions, losses } = await openRivals(2, 20, 0)
    const [endless, other] = sessions
    let isOver = false
    const first = increment(endless, () => !isOver)
    await advance(10)
    await until(
      increment(other, (done) => done < 10),
      10_000,
    )
    isOver = true
    await until(first, 1_000)
    expect(losses[1]).toBeLessThanOrEqual(20)
  })

  test.each([1, 2, 3])(
    'four at once: every increment counts, in few requests, and none waits for much longer than the others (%i)',
    async (seed) => {
      const { mock, sessions } = await openRivals(4, 20, 0.1, seed)
      const before = mock.requests.length
      const took = await until(Promise.all(sessions.map((session) => increment(session, (done) => done < 50))), 20_000)
      expect((await mock.data()).count).toBe(200)
      expect((mock.requests.length - before) / 200).toBeLessThanOrEqual(3.5)
      const sorted = took.flat().sort((a, b) => a - b)
      expect(sorted[198]).toBeLessThanOrEqual(450)
    },
  )

  test('eight at once are done, in few requests', async () => {
    const { mock, sessions, losses } = await openRivals(8)
    const before = mock.requests.length
    await until(Promise.all(sessions.map((session) => increment(session, (done) => done < 25))), 20_000)
    expect((await mock.data()).count).toBe(200)
    expect((mock.requests.length - before) / 200).toBeLessThanOrEqual(4)
    expect(Math.max(...losses)).toBeLessThanOrEqual(40)
  })
})

test('a commit that is refused again and again is stored at last, after pauses that grow', async () => {
  const { mock, sessions } = await openRivals(1, 20, 0)
  mock.next({ fault: 'write-beside', write: ({ count }) => ({ count: count + 100 }), method: 'PATCH', times: 128 })
  const [took] = await until(
    increment(sessions[0], (done) => done < 1),
    60_000,
  )
  expect((await mock.data()).count).toBe(12_801)
  expect(took).toBeGreaterThan(129 * 20 + 500)
})

describe('without contenders', () => {
  test('a write takes one round trip, however many there were before', async () => {
    const { sessions } = await openRivals(1, 20, 0)
    const took: number[] = []
    for (let write = 0; write < 64; write++) {
      const start = Date.now()
      await until(sessions[0].set('count', write + 1), 1_000)
      took.push(Date.now() - start)
      await advance(100)
    }
    expect(new Set(took)).toEqual(new Set([20]))
  })

  test('a chain of writes rests once in twelve, and dispose() in a rest leaves no timer', async () => {
    const { mock, sessions } = await openRivals(1, 20, 0)
    const [session] = sessions
    const sent = collect(session, 'exchange')
    const chain = increment(session, (done) => done < 13).catch(() => [])
    await advance(20 * 12)
    expect([sent.filter(({ outcome }) => outcome === 'acknowledged'), session.pending]).toMatchObject([{ length: 12 }, [{ sent: false }]])
    session.dispose()
    await flush()
    await chain
    await advance(1_000)
    expect(mock.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(12)
  })

  test('a refusal after a quiet time costs one more round trip and no pause', async () => {
    const { mock, sessions } = await openRivals(1, 20, 0)
    mock.next({ fault: 'write-beside', write: { count: 5 }, method: 'PATCH' })
    expect(
      await until(
        increment(sessions[0], (done) => done < 1),
        1_000,
      ),
    ).toEqual([40])
  })
})

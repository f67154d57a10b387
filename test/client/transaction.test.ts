// Holds that a transaction is atomic and replayed as a whole.
import type { SessionTransaction } from 'sojourn'
import { describe, expect, test } from 'vitest'
import { begin, commits, createServer, errorOf, flush, follow, open, useFakeTime, type Values } from './harness.ts'

useFakeTime()

describe('a transaction', () => {
  test('is one atomic commit and resolves with what its function gave', async () => {
    const { mock, session } = await begin({ count: 1, cart: ['tea'] })
    const result = session.transaction((tx) => {
      tx.set('theme', 'dark')
      tx.update('count', (count) => count + 1)
      tx.delete('cart')
      return tx.get('count')
    })
    expect([session.peek('theme'), session.peek('count'), session.peek('cart')]).toEqual(['dark', 2, []])
    expect(await result).toBe(2)
    expect(commits(mock)).toMatchObject([{ set: { theme: 'dark', count: 2 }, delete: ['cart'] }])
    expect(await mock.data()).toEqual({ theme: 'dark', count: 2 })
  })

  test('reads what it wrote itself', async () => {
    const { session } = await begin({ count: 1 })
    const seen = await session.transaction((tx) => {
      tx.set('note', 'a')
      tx.delete('count')
      return [tx.get('note'), tx.has('note'), tx.has('count'), tx.get('count'), tx.keys()]
    })
    expect(seen).toEqual(['a', true, false, 0, ['note']])
  })

  test('that throws throws at the call, changes nothing and sends nothing', async () => {
    const { mock, session } = await begin({ count: 1 })
    const seen: number[] = []
    session.key('count').listen((count) => void seen.push(count))
    const boom = new RangeError('boom')
    const error = await errorOf(() =>
      session.transaction((tx) => {
        tx.set('count', 9)
        throw boom
      }),
    )
    expect(error).toBe(boom)
    expect([seen, session.peek('count'), session.pending]).toEqual([[], 1, []])
    await flush()
    expect(commits(mock)).toEqual([])
  })

  test('with a wrong value or an unknown key inside changes nothing', async () => {
    const { session } = await begin({ count: 1 })
    const wrong = await errorOf(() =>
      session.transaction((tx) => {
        tx.set('theme', 'dark')
        tx.set('count', 'x' as unknown as number)
      }),
    )
    const unknown = await errorOf(() => session.transaction((tx) => tx.delete('nope' as 'count')))
    expect(wrong).toMatchObject({ code: 'schema', key: 'count' })
    expect(unknown).toMatchObject({ code: 'schema', key: 'nope' })
    expect([session.peek('theme'), session.pending]).toEqual(['light', []])
  })

  test('that is async is refused, and what it wrote is not shown', async () => {
    const { mock, session } = await begin({ count: 1 })
    const run = (async (tx: { set(key: 'count', value: number): void }) => {
      tx.set('count', 2)
      await flush()
      tx.set('count', 3) // rejects, and nobody has to look after it
    }) as never
    const error = await errorOf(() => session.transaction(run))
    expect(error).toMatchObject({ code: 'usage' })
    expect((error as Error).message).toMatch(/async/)
    expect([session.peek('count'), session.pending]).toEqual([1, []])
    await flush()
    expect(commits(mock)).toEqual([])
  })

  test('that gives another thenable is refused as an async one', async () => {
    const { session } = await begin({ count: 1 })
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    const error = await errorOf(() => session.transaction((() => ({ then: (resolve: (value: number) => void) => resolve(1) })) as never))
    expect(error).toMatchObject({ code: 'usage' })
  })

  test('whose tx is used after its function returned refuses that, and stores nothing of it', async () => {
    const { mock, session } = await begin({ count: 1 })
    let leaked: SessionTransaction<Values> | undefined
    const written = session.transaction((tx) => {
      leaked = tx
      tx.set('count', 2)
    })
    for (const call of [
      () => leaked?.set('count', 99),
      () => leaked?.delete('count'),
      () => leaked?.update('count', () => 98),
      () => leaked?.get('note'),
      () => leaked?.keys(),
    ]) {
      expect(await errorOf(call)).toMatchObject({ code: 'usage' })
    }
    await written
    expect(session.peek('count')).toBe(2)
    expect(commits(mock)).toMatchObject([{ set: { count: 2 } }])
    expect(commits(mock)[0]?.expect).not.toBe('base')
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test('before the load waits for it', async () => {
    const mock = createServer({ initial: { count: 5 } })
    const session = open(mock)
    expect(await session.transaction((tx) => tx.get('count'))).toBe(5)
  })

  test('that only reads is not sent', async () => {
    const { mock, session } = await begin({ count: 1 })
    expect(await session.transaction((tx) => tx.get('count'))).toBe(1)
    expect(commits(mock)).toEqual([])
  })
})

describe('what a transaction expects', () => {
  test('covers every key that it reads or writes', async () => {
    const { mock, session } = await begin({ count: 1, theme: 'dark', note: 'a' })
    await session.transaction((tx) => {
      if (tx.has('note') && tx.get('theme') === 'dark') tx.set('count', 2)
    })
    expect(Object.keys((commits(mock)[0] && (commits(mock)[0] as { expect?: object }).expect) || {}).sort()).toEqual([
      'count',
      'note',
      'theme',
    ])
  })

  test('is the whole version where it lists the keys, since another key would be a phantom', async () => {
    const { mock, session } = await begin({ count: 5 })
    mock.next({ fault: 'write-beside', write: { note: 'new' } })
    await session.transaction((tx) => tx.set('count', tx.keys().length))
    expect(commits(mock)).toMatchObject([
      { expect: 'base', status: 409 },
      { expect: 'base', status: 200 },
    ])
    expect(await mock.data()).toEqual({ count: 2, note: 'new' })
  })

  test('makes it serialisable: a key that it only read has changed, so it runs again', async () => {
    const { mock, session } = await begin({ count: 1, theme: 'light' })
    mock.next({ fault: 'write-beside', write: { theme: 'dark' } })
    const runs: string[] = []
    const result = await session.transaction((tx) => {
      runs.push(tx.get('theme'))
      tx.set('note', tx.get('theme'))
      return tx.get('theme')
    })
    expect(runs).toEqual(['light', 'light', 'dark'])
    expect(result).toBe('dark')
    expect(await mock.data()).toMatchObject({ note: 'dark' })
  })

  test('two that each read what the other writes do not both pass unseen', async () => {
    const { mock, session } = await begin({ count: 1, note: 'x' })
    const other = open(mock)
    await other.get('count')
    const one = session.transaction((tx) => tx.set('count', tx.get('note') === 'x' ? 2 : 0))
    const two = other.transaction((tx) => tx.set('note', tx.get('count') === 1 ? 'y' : 'stale'))
    await Promise.all([one, two])
    // Either order is serial; both on the old values is not.
    expect([
      { count: 2, note: 'stale' },
      { count: 0, note: 'y' },
    ]).toContainEqual(await mock.data())
  })

  test('runs again after a rebase that makes it throw: the error rejects it alone', async () => {
    const { mock, session } = await begin({ count: 1 })
    mock.next({ fault: 'write-beside', write: { count: 10 } })
    const full = new RangeError('full')
    const failing = follow(() =>
      session.transaction((tx) => {
        if (tx.get('count') > 5) throw full
        tx.update('count', (count) => count + 1)
      }),
    )
    await session.set('theme', 'dark')
    expect(failing).toMatchObject({ status: 'rejected', error: full })
    expect(await mock.data()).toEqual({ count: 10, theme: 'dark' })
  })
})

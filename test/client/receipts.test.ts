// Holds what the promise of a write settles with, and that nobody has to wait for it.
import { describe, expect, test } from 'vitest'
import { begin, errorOf, flush, useFakeTime } from './harness.ts'

useFakeTime()

describe('receipts', () => {
  test('a signal ends the waiting and not the write', async () => {
    const { mock, session } = await begin({ count: 1 })
    const controller = new AbortController()
    const held = mock.next('hold')
    const error = errorOf(() => session.set('count', 2, { signal: controller.signal }))
    await held.reached()
    controller.abort(new RangeError('enough'))
    expect(await error).toMatchObject({ message: 'enough' })
    expect(session.peek('count')).toBe(2)
    await held.release()
    await session.settled()
    expect(await mock.data()).toEqual({ count: 2 })
  })

  test.each([
    'set',
    'update',
    'delete',
    'pop',
    'setDefault',
    'clear',
    'transaction',
    'touch',
    'setExpiry',
    'cycleKey',
    'revalidate',
    'end',
  ] as const)('%s takes a signal that is aborted already', async (name) => {
    const { session } = await begin({ count: 1 })
    const options = { signal: AbortSignal.abort(new RangeError('enough')) }
    const calls = {
      set: () => session.set('count', 2, options),
      update: () => session.update('count', () => 2, options),
      delete: () => session.delete('count', options),
      pop: () => session.pop('count', options),
      setDefault: () => session.setDefault('note', 'x', options),
      clear: () => session.clear(options),
      transaction: () => session.transaction((tx) => tx.set('count', 2), options),
      touch: () => session.touch(options),
      setExpiry: () => session.setExpiry(60_000, options),
      cycleKey: () => session.cycleKey(options),
      revalidate: () => session.revalidate(options),
      end: () => session.end(options),
    }
    expect(await errorOf(calls[name])).toMatchObject({ message: 'enough' })
    await session.settled()
  })

  test('waiting leaves no listener at its signal', async () => {
    const { session } = await begin({ count: 1 })
    const { signal } = new AbortController()
    let listeners = 0
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    await session.set('count', 2, { signal })
    await flush()
    expect(listeners).toBe(0)
  })

  test('a promise that nobody touches raises no unhandled rejection, one derived from it does', async () => {
    const { session } = await begin({ count: 1 }, {}, { validate: () => [{ message: 'never' }] })
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    const former = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', note)
    try {
      void session.set('count', 2)
      void session.update('count', () => 3)
      void session.transaction((tx) => tx.set('note', 'x'))
      void session.pop('count')
      void session.setDefault('note', 'y')
      void session.touch({ signal: AbortSignal.abort() })
      void session.key('theme').set('dark')
      await session.settled()
      await flush()
      await flush()
      expect(unhandled).toEqual([])
      void session.set('count', 2).then(() => {})
      await session.settled()
      await flush()
      await flush()
      expect(unhandled).toMatchObject([{ code: 'rejected' }])
    } finally {
      process.off('unhandledRejection', note)
      for (const listener of former) process.on('unhandledRejection', listener)
    }
  })
})

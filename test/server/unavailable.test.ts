// Holds that a store that is down is a 503 and never an empty session.
import { describe, expect, test } from 'vitest'
import { begin, fail } from './fixtures/faulty-store.ts'
import { openTab } from './visitor.ts'

describe('a store that is down', () => {
  test('is never an empty session: every request is answered 503, and nothing of the reason is told', async () => {
    const { faults, errors, visitor } = await begin()
    Object.assign(faults, { read: fail })
    for (const reply of [await visitor.read(), await visitor.commit({ set: { a: 2 } }), await visitor.end()]) {
      expect(reply).toMatchObject({ status: 503, problem: 'unavailable', setCookie: null })
      expect(reply.headers.get('Retry-After')).toBe('2')
      expect(reply.headers.get('Cache-Control')).toBe('private, no-store')
      expect(JSON.stringify(reply.body)).not.toContain('secret-host')
    }
    expect(errors).toHaveLength(3)
  })

  test('is served so too if the logger throws', async () => {
    const onError = (): never => {
      throw new TypeError('the logger is down')
    }
    const { faults, visitor } = await begin({ onError })
    Object.assign(faults, { read: fail })
    expect((await visitor.read()).status).toBe(503)
  })

  test('a write that fails is answered 503 and can be sent again', async () => {
    const { faults, visitor } = await begin()
    const send = visitor.prepare({ set: { a: 2 } })
    faults.write = fail
    expect((await send()).status).toBe(503)
    delete faults.write
    expect(await send()).toMatchObject({ status: 200, body: { data: { a: 2 }, last: 2 } })
  })

  test('a write that was stored before it failed is not stored twice', async () => {
    const { store, faults, visitor } = await begin()
    const send = visitor.prepare({ set: { a: 2 }, cycleKey: true })
    faults.write = async (write) => {
      await store.write(write)
      return fail()
    }
    expect((await send()).status).toBe(503)
    delete faults.write
    const again = await send()
    expect(again).toMatchObject({ status: 200, body: { data: { a: 2 }, last: 2 } })
    expect(again.setCookie).not.toBeNull()
    expect((await visitor.read()).body.data).toEqual({ a: 2 })
  })
})

describe('compare-and-set', () => {
  test('a commit that meets another one refetches and both are stored', async () => {
    const { store, faults, handler, visitor } = await begin()
    const tab = await openTab(handler, visitor)
    faults.write = async (write) => {
      delete faults.write
      await tab.commit({ set: { b: 1 } })
      return store.write(write)
    }
    expect(await visitor.commit({ set: { a: 2 } })).toMatchObject({ status: 200, body: { data: { a: 2, b: 1 } } })
  })

  test('what was expected is looked at again', async () => {
    const { store, faults, handler, visitor } = await begin()
    const tab = await openTab(handler, visitor)
    faults.write = async (write) => {
      delete faults.write
      await tab.commit({ set: { a: 5 } })
      return store.write(write)
    }
    expect((await visitor.commit({ set: { a: 2 }, expect: { a: visitor.state.tags?.a } })).problem).toBe('conflict')
  })

  test('an end that meets a commit ends what that stored', async () => {
    const { store, faults, handler, visitor } = await begin()
    const tab = await openTab(handler, visitor)
    faults.remove = async (id, revision) => {
      delete faults.remove
      await tab.commit({ set: { b: 1 } })
      return store.remove(id, revision)
    }
    expect((await visitor.end()).status).toBe(204)
    expect((await tab.read()).body.lineage).toBeNull()
  })

  test('100 commits at once of as many clients are all stored', async () => {
    const { handler, visitor } = await begin()
    const tabs = await Promise.all(Array.from({ length: 100 }, () => openTab(handler, visitor)))
    const replies = await Promise.all(tabs.map((tab, index) => tab.commit({ set: { [`key${index}`]: index } })))
    const stored = (await visitor.read()).body.data
    expect(replies.filter(({ status }) => status !== 200 && status !== 409 && status !== 503)).toEqual([])
    for (const [index, { status }] of replies.entries()) expect(stored[`key${index}`]).toBe(status === 200 ? index : undefined)
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(64)
  })

  test('is given up in the end, with 503', async () => {
    const { faults, visitor } = await begin()
    let tries = 0
    faults.write = async () => {
      tries += 1
      return false
    }
    expect(await visitor.commit({ set: { a: 2 } })).toMatchObject({ status: 503, problem: 'unavailable' })
    expect(tries).toBe(60)
  })
})

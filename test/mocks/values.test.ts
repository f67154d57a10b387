// Holds which values the mock stores and which it refuses.
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createRawClient } from './raw-client.ts'

const isoDateTime = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  cart: z.array(z.string()).default([]),
  lastSeen: isoDateTime.optional(),
})

const date = new Date('2027-01-02T03:04:05.000Z')

describe('a mock server with a schema', () => {
  test('stores the values of the app in their wire form', async () => {
    const mock = createMockSessionServer({ schema, initial: { lastSeen: date, cart: ['tea'] } })
    expect(await mock.data()).toEqual({ lastSeen: '2027-01-02T03:04:05.000Z', cart: ['tea'] })
    expect((await createRawClient(mock).state()).data).toEqual(await mock.data())
  })

  test('passes a function of write the values of the app, with defaults', async () => {
    const mock = createMockSessionServer({ schema, initial: { lastSeen: date } })
    const seen: unknown[] = []
    await mock.write((values) => {
      seen.push(values)
      return { cart: [...values.cart, 'tea'], lastSeen: new Date((values.lastSeen?.getTime() ?? 0) + 1_000) }
    })
    expect(seen).toEqual([{ theme: 'light', cart: [], lastSeen: date }])
    expect(await mock.data()).toEqual({ cart: ['tea'], lastSeen: '2027-01-02T03:04:06.000Z' })
  })

  test('does not change what is stored when the test changes its own object', async () => {
    const cart = ['tea']
    const mock = createMockSessionServer({ schema, initial: { cart } })
    cart.push('milk')
    expect(await mock.data()).toEqual({ cart: ['tea'] })
    const free = createMockSessionServer({ initial: { cart } })
    cart.push('bread')
    expect(await free.data()).toEqual({ cart: ['tea', 'milk'] })
  })

  test.each<[what: string, values: object, message: RegExp]>([
    ['a wrong value', { theme: 'pink' }, /"theme".*invalid_value/],
    ['a key that the schema does not have', { colour: 'dark' }, /"colour".*no such key/],
    ['a value that its codec cannot write', { lastSeen: new Date(Number.NaN) }, /"lastSeen"/],
  ])('refuses %s, at the start and in write', async (_, values, message) => {
    const refusal = expect.objectContaining({ code: 'schema', message: expect.stringMatching(message) })
    expect(() => createMockSessionServer({ schema, initial: values })).toThrow(refusal)
    const mock = createMockSessionServer({ schema })
    await expect(mock.write(values)).rejects.toEqual(refusal)
    await expect(mock.write(() => values)).rejects.toEqual(refusal)
    expect(() => mock.next({ fault: 'write-beside', write: values })).toThrow(refusal)
  })

  test('writes past the schema what an older deploy left', async () => {
    const mock = createMockSessionServer({ schema })
    await mock.writeWire({ theme: 'sepia', legacy: { a: 1 } })
    expect(await mock.data()).toEqual({ theme: 'sepia', legacy: { a: 1 } })
    await mock.writeWire({ legacy: undefined })
    expect(await mock.data()).toEqual({ theme: 'sepia' })
  })

  test('refuses a schema that no client could use', () => {
    expect(() => createMockSessionServer({ schema: z.object({ at: z.date() }) })).toThrow(expect.objectContaining({ code: 'config' }))
  })
})

describe('a mock server without a schema', () => {
  test.each([
    ['a Date', { at: date }, /"at"/],
    ['a number that JSON does not have', { list: [1, Number.NaN] }, /"list"/],
    ['a Map', { map: new Map() }, /"map"/],
  ])('refuses %s', (_, initial, message) => {
    expect(() => createMockSessionServer({ initial })).toThrow(
      expect.objectContaining({ code: 'schema', message: expect.stringMatching(message) }),
    )
  })
})

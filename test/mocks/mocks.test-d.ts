// Holds the types of `createMockSessionServer`.
import type { HttpHandler } from 'msw'
import { createMockSessionServer, type MockBrowser, type MockSessionServer } from 'sojourn/msw'
import type { JsonObject } from 'sojourn/server'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'

const schema = z.object({
  theme: z.enum(['light', 'dark']).default('light'),
  note: z.string(),
  lastSeen: z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }).optional(),
})

describe('createMockSessionServer', () => {
  test('takes the values of the schema as initial', () => {
    createMockSessionServer({ schema, initial: { theme: 'dark', lastSeen: new Date() } })
    // @ts-expect-error: the schema knows no pink
    createMockSessionServer({ schema, initial: { theme: 'pink' } })
    // @ts-expect-error: what travels is text, what the app has is a Date
    createMockSessionServer({ schema, initial: { lastSeen: '2027-01-01T00:00:00Z' } })
    // @ts-expect-error: no such key
    createMockSessionServer({ schema, initial: { colour: 'dark' } })
  })

  test('accepts an engine of Django, and for write-over what a write accepts', () => {
    const mock = createMockSessionServer({ schema, backend: 'cached_db' })
    mock.next({ fault: 'write-over', write: { theme: 'dark' } })
    // @ts-expect-error: the schema knows no pink
    mock.next({ fault: 'write-over', write: { theme: 'pink' } })
    // @ts-expect-error: no such engine
    createMockSessionServer({ backend: 'mongo' })
  })

  test('takes a schema of zod/mini', () => {
    const mock = createMockSessionServer({ schema: mini.object({ theme: mini._default(mini.enum(['light', 'dark']), 'light') }) })
    void mock.write({ theme: 'dark' })
    // @ts-expect-error: a wrong value
    void mock.write({ theme: 'pink' })
  })

  test('gives write the values that the client reads', () => {
    const mock = createMockSessionServer({ schema })
    void mock.write((values) => {
      expectTypeOf(values).toEqualTypeOf<{ theme: 'light' | 'dark'; note: string | undefined; lastSeen: Date | undefined }>()
      return { theme: 'dark', note: undefined }
    })
    // @ts-expect-error: a wrong value
    void mock.write({ theme: 7 })
    // @ts-expect-error: a wrong value of a function
    void mock.write(() => ({ theme: 7 }))
  })

  test('checks what write-beside writes', () => {
    const mock = createMockSessionServer({ schema })
    mock.next({ fault: 'write-beside', write: { theme: 'dark' } })
    // @ts-expect-error: nothing is written
    mock.next({ fault: 'write-beside' })
    // @ts-expect-error: a delay needs its time
    mock.next('delay')
    // @ts-expect-error: only faults that respond have a status
    mock.next({ fault: 'lose-answer', status: 500 })
  })

  test('takes any JSON without a schema', () => {
    const mock = createMockSessionServer({ initial: { anything: [1] } })
    expectTypeOf(mock).toEqualTypeOf<MockSessionServer>()
    void mock.write({ other: 'thing' })
    expectTypeOf(mock.data()).resolves.toEqualTypeOf<JsonObject>()
  })

  test('is a browser itself', () => {
    expectTypeOf<MockSessionServer>().toExtend<MockBrowser>()
    expectTypeOf<MockBrowser['handlers']>().toEqualTypeOf<readonly HttpHandler[]>()
    expectTypeOf<MockBrowser['fetch']>().toEqualTypeOf<typeof fetch>()
  })
})

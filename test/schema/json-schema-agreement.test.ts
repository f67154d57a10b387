// Holds that the JSON Schema given to Django accepts what Zod accepts.
import { expect, test } from 'vitest'
import * as z from 'zod'
import { toSessionJsonSchema } from '../../src/schema/to-session-json-schema.ts'
import { cases, values } from './json-schema-cases.ts'

const table = 'backends/django/tests/agreement.json'

/** What zod says of each value, one digit a value. */
const verdicts = (schema: z.ZodType, tried: readonly unknown[]): string =>
  tried.map((value) => (z.safeDecode(schema, value as never).success ? '1' : '0')).join('')

test('The table that Django is held to shows what zod accepts.', async () => {
  const rows = cases.map(([name, schema, ...own]) => {
    const { $schema: _, ...json } = toSessionJsonSchema(z.object({ key: schema }))
    return JSON.stringify({ name, schema: json, accepts: verdicts(schema, values), own, acceptsOwn: verdicts(schema, own) })
  })
  const text = `{\n"values": ${JSON.stringify(values)},\n"cases": [\n${rows.join(',\n')}\n]\n}\n`
  await expect(text).toMatchFileSnapshot(`../../${table}`)
})

test('Each schema of the table accepts something and refuses something, unless it takes all or nothing.', () => {
  const oneSided = cases.flatMap(([name, schema, ...own]) => (new Set(verdicts(schema, [...values, ...own])).size < 2 ? [name] : []))
  expect(oneSided).toEqual(['any', 'never', 'json'])
})

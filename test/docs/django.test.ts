// Holds that the calls that docs/django.md compares with Django's run in its example.
import { expect, test } from 'vitest'
import { readExamples } from './examples.ts'
import { readTable } from './responses.ts'

const page = 'docs/django.md'
const calls = ['Data', 'Keys and log-in', 'Expiry']
  .flatMap((heading) => readTable(page, heading))
  .flatMap((row) => [...(row['the page'] ?? '').matchAll(/`([^`]+)`/g)].map(([, call = '']) => call))

test.each(calls)('%s, which is in a row with a line of Django, runs in the example of the page', (call) => {
  expect(readExamples(page)[0]?.code).toContain(call)
})

import { expect, test } from 'vitest'
import { play } from '../play.ts'

test('a tab with a pending first commit goes on when another tab tells of the session that it created', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A B
    at 0 A update "l" "A1"
    at 10 B set "n" "B1"
    fate A#1 {"back":200}
  `)
  expect(fault).toBeUndefined()
})

test('two tabs whose key the server does not know create one session, and neither waits for ever', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "r" "S1"
    at 100 b1 rotate
    at 200 A update "l" "A1"
    at 200 B update "l" "B1"
    fate b1#2 {"kind":"cut"}
  `)
  expect(fault).toBeUndefined()
})

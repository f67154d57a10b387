import { expect, test } from 'vitest'
import { play } from '../play.ts'

test('the late first attempt of a write that was rejected for a conflict is not stored when the key is again as it expects', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "x" "S0"
    at 100 A get "n"
    at 100 B get "n"
    at 300 B set "j" "B1"
    at 300 A set "j" "A1"
    at 14000 B delete "j" "B2"
    fate A#2 {"out":20000}
  `)
  expect(fault).toBeUndefined()
})

test('nor is that of a write which the server refuses for what it contains', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A B
    at 0 b1 write "m" "bad"
    at 50 A get "n"
    at 50 B get "n"
    at 300 A set "r" "A1"
    at 14000 B set "m" "B1"
    fate A#2 {"out":20000}
  `)
  expect(fault).toBeUndefined()
})

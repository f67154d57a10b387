import { expect, test } from 'vitest'
import { play } from '../play.ts'

test('a second exclusive request of the same tab waits for the commits of other tabs too', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A B
    at 0 A update "n" "A1"
    at 3000 B exclusive "sign-in" "v1"
    at 3000 B exclusive "look"
    fate A#2 {"out":4000}
  `)
  expect(fault).toBeUndefined()
})

test('nothing is sent before the last of two overlapping exclusive requests is over', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A B
    at 0 A update "n" "A1"
    at 1000 B exclusive "look"
    at 1090 B exclusive "sign-in" "v1"
    at 1100 A update "n" "A2"
    at 1150 B update "n" "B1"
    fate b1#1 {"out":50}
    fate b1#2 {"out":900,"back":900}
  `)
  expect(fault).toBeUndefined()
})

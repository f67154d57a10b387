import { expect, test } from 'vitest'
import { play } from '../play.ts'

test('a commit that the server has forgotten is not run again on the state that may contain it', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A
    browser b2 v1 C
    at 0 A set "o" "A1"
    at 700 b2 join "b1"
    at 3900 C tx "limit" "C1"
    at 8600 b2 evict
    fate C#2 {"kind":"hang"}
  `)
  expect(fault).toBeUndefined()
})

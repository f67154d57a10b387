import { expect, test } from 'vitest'
import { play } from '../play.ts'

test('a client that is disposed of while it ends a session has nothing pending', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A
    at 0 A cycle "A1"
    at 46 A end
    at 46 A dispose
  `)
  expect(fault).toBeUndefined()
})

test('a session that is being ended has no state to hydrate another client with', async () => {
  const fault = await play(`
    history seed=1
    browser b1 v1 A B
    at 0 A set "r" "A1"
    at 500 A end
    at 500 A dehydrate "state"
    at 510 B hydrate "state"
  `)
  expect(fault).toBeUndefined()
})

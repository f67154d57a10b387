// Holds what the client concludes from a minimal response.
import { describe, expect, test } from 'vitest'
import { useFakeTime } from '../client/harness.ts'
import { openScripted, toState } from './scripted.ts'

useFakeTime()

/** A client of a server that answers commits minimally, with the tags that a test gives, and what its last commit expected. */
function begin(tags: Readonly<Record<string, string>> | undefined) {
  let version = 1
  const { session, requests } = openScripted(({ method }) => {
    if (method === 'GET') return { data: { count: 1, note: 'a', later: 1 }, tags: { count: 'c1', note: 'n1', later: 'l1' } }
    version++
    const { data: _, tags: __, ...state } = toState({ version: `v${version}`, last: version - 1 })
    return Response.json({ ...state, ...(tags && { tags }) })
  })
  return { session, lastCommit: () => requests.at(-1)?.body, state: () => session.dehydrate()?.state }
}

describe('after a minimal response', () => {
  test('what was written has its new tag, and the other keys keep theirs', async () => {
    const { session, state } = begin({ count: 'c2' })
    await session.set('count', 2)
    expect(state()).toMatchObject({ data: { count: 2, note: 'a', later: 1 }, tags: { count: 'c2', note: 'n1', later: 'l1' } })
  })

  test('what was deleted has neither value nor tag', async () => {
    const { session, state } = begin({})
    await session.delete('count')
    expect(state()?.data).toEqual({ note: 'a', later: 1 })
    expect(state()?.tags).toEqual({ note: 'n1', later: 'l1' })
  })

  test('a clear leaves only what was set after it, keys that the schema does not know included', async () => {
    const { session, state } = begin({ note: 'n2' })
    void session.set('count', 5)
    void session.clear()
    await session.set('note', 'b')
    expect(state()?.data).toEqual({ note: 'b' })
    expect(state()?.tags).toEqual({ note: 'n2' })
  })

  test('a touch, whose response names no tags, leaves those that are known', async () => {
    const { session, lastCommit, state } = begin(undefined)
    await session.touch()
    expect(state()).toMatchObject({ data: { count: 1, note: 'a', later: 1 }, tags: { count: 'c1', note: 'n1', later: 'l1' } })
    await session.set('note', 'b')
    expect(lastCommit()).toMatchObject({ base: 'v2', set: { note: 'b' }, expect: { note: 'n1' } })
  })
})

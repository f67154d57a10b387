// Proves the sessions of one person on every store that has an owner index: listing them, ending them, and sign-ins that come too late.
import { createMemoryStore, createSessionHandler, type ServerSession, type SessionStore } from 'sojourn/server'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { describe, expect, test } from 'vitest'
import { createVisitor, keys, url, type Visitor } from './visitor.ts'

const now = 1_000_000

function begin(store: SessionStore) {
  const sessions = createSessionHandler({ keys, store, now: () => now })
  const serve = async (visitor: Visitor, run: (session: ServerSession) => Promise<void>): Promise<void> => {
    const session = await sessions.open(new Request(url, { headers: visitor.cookie ? { Cookie: visitor.cookie } : {} }))
    await run(session)
    const setCookie = session.respond(new Response()).headers.get('Set-Cookie')
    if (setCookie) visitor.cookie = setCookie.split(';')[0]
    await visitor.read()
  }
  const signIn = async (identity: string): Promise<Visitor> => {
    const visitor = createVisitor(sessions)
    await serve(visitor, (session) => session.signIn(identity))
    return visitor
  }
  const isSignedIn = async (visitor: Visitor): Promise<boolean> => typeof (await visitor.read()).body.identity === 'string'
  return { sessions, serve, signIn, isSignedIn }
}

describe.each([
  ['memory', () => createMemoryStore({ now: () => now })],
  ['sqlite', () => createSqliteStore({ path: ':memory:', now: () => now })],
])('%s', (_, createStore) => {
  test('lists the sessions of a person, with their data and times, and of nobody else', async () => {
    const { sessions, serve, signIn } = begin(createStore())
    const [laptop, phone] = [await signIn('ada'), await signIn('ada')]
    await signIn('bob')
    await createVisitor(sessions).commit({ set: { a: 1 } })
    await serve(phone, (session) => session.private.set('_device', 'phone'))
    const listed = await sessions.list('ada')
    expect(listed.map(({ lineage }) => lineage).sort()).toEqual([laptop.state.lineage, phone.state.lineage].sort())
    expect(listed.find(({ lineage }) => lineage === phone.state.lineage)).toEqual({
      lineage: phone.state.lineage,
      data: { _identity: 'ada', _device: 'phone' },
      createdAt: now,
      signedInAt: now,
      expiresAt: now + 1_209_600_000,
    })
  })

  test('endAll ends every session of a person but the one that changed the password, and no one else', async () => {
    const { sessions, signIn, isSignedIn } = begin(createStore())
    const [here, laptop, phone, bob] = [await signIn('ada'), await signIn('ada'), await signIn('ada'), await signIn('bob')]
    expect(await sessions.endAll('ada', { except: here.state.lineage })).toBe(2)
    expect(await Promise.all([here, laptop, phone, bob].map(isSignedIn))).toEqual([true, false, false, true])
    expect((await laptop.commit({ set: { a: 1 } })).problem).toBe('unknown-key')
    expect(await sessions.endAll('ada')).toBe(1)
    expect([await isSignedIn(here), await sessions.list('ada')]).toEqual([false, []])
  })

  test('the session that stays is reported by its lineage, which a rotation keeps', async () => {
    const { sessions, signIn, isSignedIn } = begin(createStore())
    const here = await signIn('ada')
    await here.commit({ cycleKey: true })
    expect(await sessions.endAll('ada', { except: here.state.lineage })).toBe(0)
    expect(await isSignedIn(here)).toBe(true)
  })

  test('end ends one session of a person, and none of another one', async () => {
    const { sessions, signIn, isSignedIn } = begin(createStore())
    const [laptop, phone, bob] = [await signIn('ada'), await signIn('ada'), await signIn('bob')]
    expect(await sessions.end('ada', bob.state.lineage as string)).toBe(0)
    expect(await sessions.end('ada', phone.state.lineage as string)).toBe(1)
    expect(await Promise.all([laptop, phone, bob].map(isSignedIn))).toEqual([true, false, true])
  })

  test('a person who signed out, or whose session went to somebody else, has none left', async () => {
    const { sessions, serve, signIn } = begin(createStore())
    const [gone, other] = [await signIn('ada'), await signIn('ada')]
    await serve(gone, (session) => session.flush())
    await serve(other, (session) => session.signIn('bob'))
    expect([await sessions.list('ada'), (await sessions.list('bob')).length]).toEqual([[], 1])
  })

  test('endAll ends a session that is written all the time', async () => {
    const { sessions, serve, signIn, isSignedIn } = begin(createStore())
    const visitor = await signIn('ada')
    let isOver = false
    const writing = (async () => {
      for (let n = 0; !isOver; n += 1) {
        await serve(visitor, (session) => session.private.set('n', n)).catch(() => {})
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await sessions.endAll('ada')
    isOver = true
    await writing
    expect([await isSignedIn(visitor), await sessions.list('ada')]).toEqual([false, []])
  })

  test('a sign-in whose password was checked before endAll is refused, whenever it is stored', async () => {
    const store = createStore()
    const { sessions, serve, signIn, isSignedIn } = begin(store)
    const visitor = createVisitor(sessions)
    const early = { since: now - 1 }
    await sessions.endAll('ada')
    await expect(serve(visitor, (session) => session.signIn('ada', early))).rejects.toMatchObject({ code: 'needs-auth' })
    expect([await isSignedIn(visitor), await sessions.list('ada')]).toEqual([false, []])

    await serve(visitor, (session) => session.signIn('ada', { since: now + 1 }))
    await serve(await signIn('bob'), (session) => session.signIn('bob', early))
    expect(await isSignedIn(visitor)).toBe(true)
  })

  test('a sign-in that endAll overtakes between its check and its write is taken back', async () => {
    const inner = createStore()
    let overtake: (() => Promise<unknown>) | undefined
    const store: SessionStore = {
      ...inner,
      write: async (write) => {
        const run = overtake
        overtake = undefined
        await run?.()
        return inner.write(write)
      },
    }
    const { sessions, serve, isSignedIn } = begin(store)
    const visitor = createVisitor(sessions)
    overtake = () => sessions.endAll('ada')
    await expect(serve(visitor, (session) => session.signIn('ada', { since: now }))).rejects.toMatchObject({ code: 'needs-auth' })
    expect([await isSignedIn(visitor), await sessions.list('ada')]).toEqual([false, []])
  })
})

test('a store without an owner index is named', async () => {
  const { listByOwner: _, ...store } = createMemoryStore()
  const { sessions } = begin(store)
  await expect(sessions.list('ada')).rejects.toMatchObject({ code: 'config', message: expect.stringContaining('listByOwner') })
  await expect(sessions.endAll('ada')).rejects.toMatchObject({ code: 'config' })
})

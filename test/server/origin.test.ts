import { createMemoryStore, createSessionHandler } from 'sojourn/server'
import { describe, expect, test } from 'vitest'
import { createVisitor, toReply, url } from './visitor.ts'

const create = (origins?: string[]) => createSessionHandler({ store: createMemoryStore(), ...(origins && { origins }) })
const app = 'https://app.test'

const send = async (method: string, headers: Record<string, string>, origins?: string[]) =>
  toReply(await create(origins)(new Request(url, { method, headers, ...(method === 'PATCH' && { body: '{}' }) })))

describe('what changes something comes from the same origin', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['its own origin', { Origin: 'https://shop.test' }, true],
    ['its own origin as the browser sees it', { Origin: 'https://public.test', 'Sec-Fetch-Site': 'same-origin' }, true],
    ['same-origin alone', { 'Sec-Fetch-Site': 'same-origin' }, true],
    ['an origin that is allowed', { Origin: app, 'Sec-Fetch-Site': 'same-site' }, true],
    ['neither field', {}, false],
    ['another origin', { Origin: 'https://evil.test' }, false],
    ['another scheme', { Origin: 'http://shop.test' }, false],
    ['another port', { Origin: 'https://shop.test:8443' }, false],
    ['a name that ends alike', { Origin: 'https://evilshop.test' }, false],
    ['an opaque origin', { Origin: 'null' }, false],
    ['the same site', { 'Sec-Fetch-Site': 'same-site' }, false],
    ['no site, as from the address bar', { 'Sec-Fetch-Site': 'none' }, false],
    ['another site', { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' }, false],
  ])('%s', async (_, headers, isTaken) => {
    for (const method of ['PATCH', 'DELETE']) {
      const reply = await send(method, headers, [app])
      // What is let through is refused later, for its body or its missing lineage.
      if (isTaken) expect([400, 415]).toContain(reply.status)
      else expect(reply).toMatchObject({ status: 403, problem: 'csrf' })
    }
  })

  test('a refused commit is not stored', async () => {
    const visitor = createVisitor(create())
    await visitor.commit({ set: { a: 1 } })
    expect((await visitor.commit({ set: { a: 2 } }, { Origin: 'https://evil.test' })).status).toBe(403)
    expect((await visitor.end(visitor.state.lineage, { Origin: 'https://evil.test' })).status).toBe(403)
    expect((await visitor.read()).body.data).toEqual({ a: 1 })
  })

  test.each(['app.test', 'https://app.test/', 'https://app.test/path', '*', 'null', 'HTTPS://APP.TEST'])(
    '"%s" in origins is refused at creation',
    (origin) => expect(() => create([origin])).toThrow(expect.objectContaining({ code: 'config' })),
  )
})

describe('CORS', () => {
  const preflight = {
    Origin: app,
    'Access-Control-Request-Method': 'PATCH',
    'Access-Control-Request-Headers': 'content-type,idempotency-key,x-csrftoken',
  }

  test('a preflight of an allowed origin is answered, to be kept for two hours', async () => {
    const reply = await send('OPTIONS', preflight, [app])
    expect(reply.status).toBe(204)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'access-control-allow-origin': app,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, PATCH, DELETE, OPTIONS',
      'access-control-allow-headers': 'content-type,idempotency-key,x-csrftoken',
      'access-control-max-age': '7200',
      vary: 'Cookie, Origin',
    })
  })

  test('a preflight of another origin is allowed nothing', async () => {
    const reply = await send('OPTIONS', { ...preflight, Origin: 'https://evil.test' }, [app])
    expect(reply.status).toBe(204)
    expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('an allowed origin may read every answer and the fields that the client needs', async () => {
    const handler = create([app])
    const visitor = createVisitor(handler)
    const replies = [
      await visitor.read({ Origin: app }),
      await visitor.commit({ set: { a: 1 } }, { Origin: app }),
      await visitor.commit({ lineage: 'other' }, { Origin: app }),
      await visitor.commit({ sett: 1 }, { Origin: app }),
      await visitor.end(visitor.state.lineage, { Origin: app }),
    ]
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 410, 400, 204])
    for (const { headers } of replies) {
      expect(headers.get('Access-Control-Allow-Origin')).toBe(app)
      expect(headers.get('Access-Control-Allow-Credentials')).toBe('true')
      expect(headers.get('Access-Control-Expose-Headers')).toBe('ETag, Retry-After, Session-Version, Preference-Applied')
    }
  })

  test('the own origin and strangers get no such fields', async () => {
    const handler = create([app])
    for (const origin of ['https://shop.test', 'https://evil.test']) {
      expect((await createVisitor(handler).read({ Origin: origin })).headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
  })
})

describe('every answer', () => {
  test.each([
    ['GET', 200],
    ['OPTIONS', 204],
    ['PUT', 405],
    ['POST', 405],
    ['PATCH', 403],
  ])('%s (%d) is kept by no cache', async (method, status) => {
    const reply = await send(method, {})
    expect(reply.status).toBe(status)
    expect(reply.headers.get('Cache-Control')).toBe('no-store')
    expect(reply.headers.get('Vary')).toBe('Cookie, Origin')
  })

  test('a method that there is not names those that there are', async () => {
    const reply = await send('POST', { Origin: 'https://shop.test' })
    expect(reply).toMatchObject({ status: 405, problem: 'method-not-allowed' })
    expect(reply.headers.get('Allow')).toBe('GET, HEAD, PATCH, DELETE, OPTIONS')
  })
})

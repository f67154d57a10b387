// Holds that the browsers of one mock server have separate cookies.
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

describe('several browsers', () => {
  test('have sessions of their own', async () => {
    const mock = createMockSessionServer({ initial: { theme: 'dark' } })
    const phone = mock.browser()
    const onPhone = createRawClient({ url: mock.url, fetch: phone.fetch })
    expect(await onPhone.state()).toMatchObject({ lineage: null, data: {} })
    await onPhone.commit({ set: { theme: 'light' } })
    expect([await mock.data(), await mock.data(phone)]).toEqual([{ theme: 'dark' }, { theme: 'light' }])
    expect(await mock.lineage(phone)).not.toBe(await mock.lineage())
  })

  test('are written to, expired and signed in separately', async () => {
    const mock = createMockSessionServer({ initial: { theme: 'dark' } })
    const phone = mock.browser({ signedInAs: 'ann' })
    await mock.write({ theme: 'blue' }, phone)
    expect([await mock.identity(), await mock.identity(phone)]).toEqual([null, 'ann'])
    await mock.expire(phone)
    expect([await mock.data(), await mock.data(phone)]).toEqual([{ theme: 'dark' }, {}])
    await mock.signIn('bob', phone)
    await mock.flush(mock)
    expect([await mock.identity(), await mock.identity(phone)]).toEqual([null, 'bob'])
  })

  test('share a session between two tabs of one browser', async () => {
    const mock = createMockSessionServer()
    const [one, two] = [createRawClient(mock), createRawClient(mock)]
    await one.commit({ set: { theme: 'dark' } })
    expect((await two.state()).data).toEqual({ theme: 'dark' })
    expect((await two.commit({ set: { count: 1 } })).status).toBe(200)
    expect(await mock.data()).toEqual({ theme: 'dark', count: 1 })
  })

  test('go offline separately', async () => {
    const mock = createMockSessionServer()
    const phone = mock.browser()
    phone.offline()
    await expect(phone.fetch(mock.url)).rejects.toThrow(TypeError)
    expect((await mock.fetch(mock.url)).status).toBe(200)
  })

  test('are named in the log', async () => {
    const mock = createMockSessionServer()
    for (const { fetch } of [mock, mock.browser(), mock.browser(), mock.browser({ name: 'phone' })]) await fetch(mock.url)
    expect(mock.requests.map(({ browser }) => browser)).toEqual(['browser', 'browser 2', 'browser 3', 'phone'])
  })

  test('are reset to how they started, signed in', async () => {
    const mock = createMockSessionServer()
    const phone = mock.browser({ signedInAs: 'ann' })
    await mock.signOut(phone)
    mock.reset()
    expect(await mock.identity(phone)).toBe('ann')
  })
})

describe('a browser whose pages have another origin', () => {
  const url = 'https://api.example.com/session'
  const origin = 'https://app.example.com'

  test('is refused by the same-origin check', async () => {
    const mock = createMockSessionServer({ url })
    const client = createRawClient({ url, fetch: mock.browser({ origin }).fetch })
    expect((await client.commit({ set: { theme: 'dark' } }, { credentials: 'include' })).status).toBe(403)
  })

  test('is allowed by the option origins', async () => {
    const mock = createMockSessionServer({ url, origins: [origin] })
    const page = mock.browser({ origin })
    const client = createRawClient({ url, fetch: page.fetch })
    const response = await client.commit({ set: { theme: 'dark' } }, { credentials: 'include' })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(await mock.data(page)).toEqual({ theme: 'dark' })
  })

  test('sends and accepts cookies only with credentials', async () => {
    const mock = createMockSessionServer({ url, origins: [origin] })
    const page = mock.browser({ origin, signedInAs: 'ann' })
    const read = async (credentials: RequestCredentials) => (await page.fetch(url, { credentials })).json()
    expect(await read('same-origin')).toMatchObject({ identity: null })
    expect(await read('include')).toMatchObject({ identity: 'ann' })
    const client = createRawClient({ url, fetch: mock.browser({ origin }).fetch })
    await client.commit({ set: { theme: 'dark' } })
    expect((await client.state()).lineage).toBeNull()
  })
})

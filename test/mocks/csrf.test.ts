// Holds that the mock checks CSRF tokens as Django does.
import { createMockSessionServer } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'
import { createRawClient } from './raw-client.ts'

const tokenOf = (cookies: string): string => /(?:csrftoken|xsrf)=([^;]+)/.exec(cookies)?.[1] ?? ''

describe('a mock server that checks CSRF tokens', () => {
  test('sends the token in a cookie that script can read and in the state', async () => {
    const mock = createMockSessionServer({ csrf: true })
    const state = await createRawClient(mock).state()
    expect(state.csrf).toEqual(expect.any(String))
    expect(mock.documentCookie).toBe(`csrftoken=${state.csrf}`)
    expect((await createRawClient(mock).state()).csrf).toBe(state.csrf)
  })

  test('requires the token of the cookie in the header of every write', async () => {
    const mock = createMockSessionServer({ csrf: true })
    const client = createRawClient(mock)
    await client.state()
    const refused = await client.commit({ set: { theme: 'dark' } })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ type: 'urn:sojourn:problem:csrf' })
    const headers = { 'X-CSRFToken': tokenOf(mock.documentCookie) }
    expect((await client.commit({ set: { theme: 'dark' } }, { headers })).status).toBe(200)
  })

  test('refuses the old token after a rotation and after a log-in', async () => {
    const mock = createMockSessionServer({ csrf: true })
    const client = createRawClient(mock)
    const send = async (token: string) => (await client.commit({ set: { theme: 'dark' } }, { headers: { 'X-CSRFToken': token } })).status
    const first = (await client.state()).csrf ?? ''
    expect(await send(first)).toBe(200)
    mock.rotateCsrf()
    expect(await send(first)).toBe(403)
    const second = (await client.state()).csrf ?? ''
    expect(await send(second)).toBe(200)
    await mock.signIn('ann')
    expect(await send(second)).toBe(403)
  })

  test('accepts other names', async () => {
    const mock = createMockSessionServer({ csrf: { cookieName: 'xsrf', headerName: 'X-Xsrf' } })
    const client = createRawClient(mock)
    await client.state()
    expect((await client.commit({}, { headers: { 'X-Xsrf': tokenOf(mock.documentCookie) } })).status).toBe(200)
  })

  test('checks endpoints too', async () => {
    const mock = createMockSessionServer({ csrf: true, endpoints: { 'POST /login': ({ session }) => session.signIn('ann') } })
    expect((await mock.fetch('/login', { method: 'POST' })).status).toBe(403)
    expect(await mock.identity()).toBeNull()
  })

  test('refuses to rotate a token without the option csrf', () => {
    expect(() => createMockSessionServer().rotateCsrf()).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

// Holds that the mock's cookie jar follows RFC 6265bis.
import { createMockSessionServer, type MockEndpoint, type MockSessionServerOptions } from 'sojourn/msw'
import { describe, expect, test } from 'vitest'

/** A server whose endpoint `GET /set` responds with the given `Set-Cookie` lines, and `GET /app/echo` with the received cookies. */
function createCookieServer(lines: readonly string[], options: MockSessionServerOptions = {}) {
  const set: MockEndpoint = () => new Response(null, { headers: lines.map((line): [string, string] => ['set-cookie', line]) })
  const echo: MockEndpoint = ({ request }) => new Response(request.headers.get('cookie'))
  return createMockSessionServer({
    ...options,
    endpoints: { 'GET /set': set, 'GET /app/set': set, 'GET /echo': echo, 'GET /app/echo': echo, 'GET /apple/echo': echo },
  })
}

type Server = ReturnType<typeof createCookieServer>
const get = async (mock: Server, path: string): Promise<string> => (await mock.fetch(new URL(path, mock.url))).text()

describe('the cookie jar of a mock browser', () => {
  test.each<[what: string, lines: string[], sent: string]>([
    ['keeps what a response sets', ['a=1', 'b=2; Path=/'], 'a=1; b=2'],
    ['keeps a value as it came, encoded', ['a=%20x%3B'], 'a=%20x%3B'],
    ['replaces a cookie of the same name and path', ['a=1', 'a=2'], 'a=2'],
    ['drops a cookie by Max-Age=0', ['a=1', 'a=; Max-Age=0'], ''],
    ['drops a cookie by an Expires that is over', ['a=1', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], ''],
    ['believes Max-Age before Expires', ['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'a=1'],
    ['refuses __Host- without Secure', ['__Host-a=1; Path=/'], ''],
    ['refuses __Host- with another path', ['__Host-a=1; Secure; Path=/app'], ''],
    ['refuses __Host- with a domain', ['__Host-a=1; Secure; Path=/; Domain=localhost'], ''],
    ['takes __Host- with Secure and the path /', ['__Host-a=1; Secure; Path=/'], '__Host-a=1'],
    ['refuses __Secure- without Secure', ['__Secure-a=1; Path=/'], ''],
    ['takes Secure cookies from localhost', ['a=1; Secure'], 'a=1'],
  ])('%s', async (_, lines, sent) => {
    const mock = createCookieServer(lines)
    await get(mock, '/set')
    expect(await get(mock, '/echo')).toBe(sent)
  })

  test('sends a cookie to its path and below, the longest path first', async () => {
    const mock = createCookieServer(['a=root; Path=/', 'a=app; Path=/app'])
    await get(mock, '/set')
    expect(await get(mock, '/echo')).toBe('a=root')
    expect(await get(mock, '/app/echo')).toBe('a=app; a=root')
    expect(await get(mock, '/apple/echo')).toBe('a=root')
  })

  test('uses the directory of the request as the default path of a cookie', async () => {
    const mock = createCookieServer(['a=1'])
    await get(mock, '/app/set')
    expect(mock.cookies).toMatchObject([{ name: 'a', path: '/app' }])
    expect(await get(mock, '/echo')).toBe('')
  })

  test('keeps a cookie for at most 400 days, as browsers do', async () => {
    const mock = createCookieServer(['a=1; Max-Age=99999999', 'b=2; Expires=Fri, 31 Dec 2100 00:00:00 GMT'], {
      now: () => 1_800_000_000_000,
    })
    await get(mock, '/set')
    mock.advance(400 * 86_400_000 - 1)
    expect(await get(mock, '/echo')).toBe('a=1; b=2')
    mock.advance(1)
    expect(await get(mock, '/echo')).toBe('')
  })

  test('drops cookies as the clock advances', async () => {
    const mock = createCookieServer(['a=1; Max-Age=60', 'b=2'], { now: () => 1_800_000_000_000 })
    await get(mock, '/set')
    mock.advance(59_999)
    expect(await get(mock, '/echo')).toBe('a=1; b=2')
    mock.advance(1)
    expect(await get(mock, '/echo')).toBe('b=2')
    expect(mock.cookies).toMatchObject([{ name: 'b', atBrowserClose: true }])
  })

  test('drops cookies without an age at a restart', async () => {
    const mock = createCookieServer(['a=1; Max-Age=60', 'b=2'])
    await get(mock, '/set')
    mock.restart()
    expect(await get(mock, '/echo')).toBe('a=1')
  })

  test('shows script only what is not HttpOnly', async () => {
    const mock = createCookieServer(['csrftoken=t', 'session=s; HttpOnly'])
    await get(mock, '/set')
    expect(mock.documentCookie).toBe('csrftoken=t')
    expect(mock.cookies.map(({ name }) => name)).toEqual(['csrftoken', 'session'])
    expect(await get(mock, '/echo')).toBe('csrftoken=t; session=s')
  })

  test('ignores a Cookie header that the page sets, as a browser does', async () => {
    const mock = createCookieServer([])
    const response = await mock.fetch(new URL('/echo', mock.url), { headers: { Cookie: 'session=stolen' } })
    expect(await response.text()).toBe('')
  })

  test('mirrors what script may read to a given document, and removes it again', async () => {
    const written: string[] = []
    const document = {
      get cookie() {
        return ''
      },
      set cookie(line: string) {
        written.push(line)
      },
    }
    const mock = createCookieServer(['csrftoken=t; Max-Age=60', 'session=s; HttpOnly'], { document })
    await get(mock, '/set')
    expect(written).toEqual(['csrftoken=t; Path=/'])
    mock.reset()
    expect(written).toEqual(['csrftoken=t; Path=/', 'csrftoken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])
  })
})

// Plays scenarios on a real Django: one engine, its visitors and its storage behind the server's back.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createCookieJar } from '../../mocks/cookie-jar.ts'
import type { JsonObject } from '../../src/protocol/json.ts'
import { type DjangoServer, startDjango } from './django-server.ts'
import type { RedisServer } from './redis.ts'
import type { Engine, Event } from './scenario.ts'
import { sessionCookie, type Visitor } from './site.ts'

/** Django on one engine, and a way for visitors to come. */
export interface DjangoSite {
  visit(): Visitor
  close(): Promise<void>
}

/** Names the databases of Redis, one for each engine that has a cache. */
const databases: Partial<Record<Engine, number>> = { cache: 0, cached_db: 1 }

/** Starts the test project of backends/django under gunicorn. */
export async function startDjangoSite(django: '3.2' | 'later', engine: Engine, redis: RedisServer): Promise<DjangoSite> {
  const database = databases[engine]
  const server = await startDjango(django, engine, database === undefined ? '' : redis.url(database))
  // Where Django keeps a session: for what happens behind its back.
  const cacheName = (key: string): string => `:1:django.contrib.sessions.${engine}${key}`
  const inCache = (...words: readonly string[]): Promise<string> => redis.command(database ?? 0, ...words)
  return {
    visit: () => visit(server, { cacheName, inCache }),
    close: server.close,
  }
}

interface Cache {
  cacheName(key: string): string
  inCache(...words: readonly string[]): Promise<string>
}

function visit({ origin, directory }: DjangoServer, { cacheName, inCache }: Cache): Visitor {
  const jar = createCookieJar(Date.now)
  const page = new URL(origin)
  const cookie = (name: string): string | undefined => jar.list().find((held) => held.name === name)?.value
  const key = (): string => cookie(sessionCookie) ?? ''
  const store = ({ headers }: Response): void => jar.store(page, headers.getSetCookie())

  /** Sends a request with the current cookies and leaves the jar as it is. */
  const send: typeof globalThis.fetch = (input, init) => {
    const sent = jar.header(page)
    return fetch(input, { ...init, headers: { ...init?.headers, Origin: origin, ...(sent !== undefined && { Cookie: sent }) } })
  }

  const browse: typeof globalThis.fetch = async (input, init) => {
    const response = await send(input, init)
    store(response)
    return response
  }

  const post = async (path: string, body: JsonObject): Promise<Response> => {
    const response = await browse(`${origin}/${path}`, { method: 'POST', body: JSON.stringify(body) })
    // A view whose session is gone meanwhile gets a 400, and that is what the scenario is about.
    if (!response.ok && response.status !== 400) throw new Error(`Failed to play ${path}: ${response.status}.`)
    return response
  }

  const play = async (event: Event): Promise<JsonObject | null | undefined> => {
    switch (event.do) {
      case 'wait':
        await new Promise((resolve) => setTimeout(resolve, event.seconds * 1_000))
        return
      case 'evict':
        await inCache('DEL', cacheName(key()))
        return
      case 'delete-row':
        deleteRow(join(directory, 'db.sqlite3'), key())
        return
      case 'expire':
        await post('control', { event: 'expire' })
        return
      case 'view': {
        const { do: _, ...body } = event
        const response = await post('control', body)
        return event.event === 'read' ? toPublic((await response.json()) as { data: JsonObject | null }) : undefined
      }
    }
  }

  return {
    url: `${origin}/session`,
    fetch: browse,
    cookie,
    play,
    hold: async (where, begin) => {
      if (where === 'answer') {
        const answer = await begin(send)
        return {
          letGo: async () => {
            store(answer)
            return answer
          },
        }
      }
      const gate = Promise.withResolvers<void>()
      const sent = jar.header(page)
      const answer = begin(async (input, init) => {
        await gate.promise
        const response = await fetch(input, { ...init, headers: { ...init?.headers, Origin: origin, Cookie: sent ?? '' } })
        store(response)
        return response
      })
      return {
        letGo: () => {
          gate.resolve()
          return answer
        },
      }
    },
    saveOver: (set, send) => during(send, (meanwhile) => post('save-over', { set, meanwhile })),
    staleCache: async (send) => {
      const name = cacheName(key())
      await inCache('COPY', name, `${name}:before`)
      const answer = await send()
      await inCache('COPY', `${name}:before`, name, 'REPLACE')
      return answer
    },
  }
}

/** Gives a view a URL; when the view asks for it, the request is sent, and the view goes on once that is answered. */
async function during(send: () => Promise<Response>, begin: (meanwhile: string) => Promise<unknown>): Promise<Response> {
  const sent = Promise.withResolvers<Response>()
  const server = createServer((_, response) => {
    sent.resolve(send())
    void sent.promise.finally(() => response.end()).catch(() => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await begin(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return await sent.promise
  } finally {
    server.close()
  }
}

function deleteRow(path: string, key: string): void {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 20000')
    database.prepare('DELETE FROM django_session WHERE session_key = ?').run(key)
  } finally {
    database.close()
  }
}

const toPublic = ({ data }: { readonly data: JsonObject | null }): JsonObject | null =>
  data && Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith('_')))

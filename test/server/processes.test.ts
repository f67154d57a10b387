// Holds that a killed server over SQLite keeps every acknowledged commit.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSessionHandler } from 'sojourn/server'
import { createSqliteStore } from 'sojourn/server/sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createVisitor, type Visitor } from './visitor.ts'

let folder: string
const children = new Set<ChildProcess>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sojourn-processes-'))
})

afterEach(async () => {
  for (const child of children) await kill(child)
  rmSync(folder, { recursive: true })
})

function run(fixture: string, ...args: string[]): ChildProcess {
  const file = fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url))
  const child = spawn(process.execPath, ['--no-warnings', file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

const nextLine = async (child: ChildProcess): Promise<string> =>
  String((await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data'))[0]).trim()

async function kill(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
  child.kill('SIGKILL')
  await ended
}

/** A key of the visitor's own. */
const keyOf = ({ client }: Visitor): string => `key${Number(client.slice(-2))}`

/** Commits on and on until the server is gone; says what was acknowledged last. */
async function writeUntilGone(visitor: Visitor): Promise<{ acknowledged: number; lost: ReturnType<Visitor['prepare']> }> {
  for (;;) {
    const lost = visitor.prepare({ set: { [keyOf(visitor)]: visitor.n + 1 } })
    const acknowledged = visitor.state.last
    const reply = await lost().catch(() => undefined)
    if (reply === undefined) return { acknowledged, lost }
    expect(reply.status).toBe(200)
  }
}

test('a server killed at any moment has every commit that it acknowledged, and none of them twice', { timeout: 120_000 }, async () => {
  const path = join(folder, 'killed.sqlite')
  let port = ''
  const overNetwork = async (request: Request): Promise<Response> => {
    const body = request.method === 'PATCH' ? await request.text() : null
    return fetch(`http://127.0.0.1:${port}/session`, {
      method: request.method,
      headers: { ...Object.fromEntries(request.headers), 'Sec-Fetch-Site': 'same-origin' },
      body,
    })
  }
  const visitors = Array.from({ length: 4 }, () => createVisitor(overNetwork))
  let commits = 0
  for (let round = 0; round < 4; round += 1) {
    const server = run('serve.ts', path)
    port = await nextLine(server)
    if (round === 0) await visitors[0]?.commit({ set: { first: true } })
    for (const visitor of visitors) {
      visitor.cookie = visitors[0]?.cookie
      await visitor.read()
    }
    const writing = visitors.map(writeUntilGone)
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 300))
    await kill(server)
    const before = await Promise.all(writing)

    const again = run('serve.ts', path)
    port = await nextLine(again)
    for (const [index, visitor] of visitors.entries()) {
      const { acknowledged, lost } = before[index] as (typeof before)[number]
      const { last, data } = (await visitor.read()).body
      expect(last === acknowledged || last === visitor.n).toBe(true)
      if (last > 0 && data[keyOf(visitor)] !== undefined) expect(data[keyOf(visitor)]).toBe(last)
      expect(await lost()).toMatchObject({ status: 200, body: { last: visitor.n, data: { [keyOf(visitor)]: visitor.n } } })
      commits += visitor.n
    }
    await kill(again)
  }
  expect(commits).toBeGreaterThan(16)
})

test('8 processes that write one session in one file lose nothing', { timeout: 120_000 }, async () => {
  const path = join(folder, 'shared.sqlite')
  const store = createSqliteStore({ path })
  const rounds = 10
  const names = Array.from({ length: 8 }, (_, index) => `p${index}`)
  const keys = names.flatMap((name) => Array.from({ length: rounds }, (_, round) => `${name}.${round}`))
  const visitor = createVisitor(createSessionHandler({ keys: ['count', ...keys], store }))
  await visitor.commit({ set: { count: 0 } })
  const writers = names.map((name) => run('write.ts', path, join(folder, 'fresh.sqlite'), visitor.cookie as string, name, String(rounds)))
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]))
  expect(codes).toEqual(names.map(() => 0))
  const { data, version } = (await visitor.read()).body
  expect(data.count).toBe(names.length * rounds)
  for (const name of names) for (let round = 0; round < rounds; round += 1) expect(data[`${name}.${round}`]).toBe(round)
  // One version for each commit that was stored: none was stored twice, none over another.
  expect(version).toMatch(new RegExp(`^v${1 + 2 * names.length * rounds}-`))
  store.close()
})

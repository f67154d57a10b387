// Drives WebKitGTK's MiniBrowser by plain WebDriver calls (W3C WebDriver) under Xvfb. The engine's tests call it; it
// never looks at the app under test.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Engine, EngineVisitor, Tab } from '../engine.ts'
import { toExpression } from '../engine.ts'
import { findWebKit } from '../find-engines.ts'

/** Sends one WebDriver command. The driver takes them one after the other. */
type Send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Debian keeps MiniBrowser outside the PATH, in a folder that names the API's version. */
async function findMiniBrowser(): Promise<string> {
  if (process.env.MINIBROWSER_PATH) return process.env.MINIBROWSER_PATH
  for (const architecture of await readdir('/usr/lib')) {
    if (!architecture.endsWith('-linux-gnu')) continue
    for (const folder of await readdir(join('/usr/lib', architecture))) {
      const path = join('/usr/lib', architecture, folder, 'MiniBrowser')
      if (folder.startsWith('webkit2gtk-4') && (await readdir(join(path, '..'))).includes('MiniBrowser')) return path
    }
  }
  throw new Error('Failed to start WebKit: MiniBrowser was not found. Install webkit2gtk-driver or set MINIBROWSER_PATH.')
}

function toSend(base: string): Send {
  let queue: Promise<unknown> = Promise.resolve()
  return (method, path, body) => {
    const sent = queue.then(async () => {
      const response = await fetch(base + path, { method, ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }) })
      const { value } = (await response.json()) as { value: { error?: string; message?: string } }
      if (value?.error !== undefined) throw new Error(`${value.error}: ${value.message}`)
      return value as unknown
    })
    queue = sent.catch(() => {})
    return sent
  }
}

// A promise is polled for, since a script that waits would keep every other tab of the visitor from running.
const run = (expression: string): string => `
  const slot = (window.__result = {})
  Promise.resolve().then(() => ${expression}).then((value) => (slot.value = value ?? null), (error) => (slot.error = String(error)))`

function toTab(send: Send, handle: string): Tab {
  const inTab: Send = async (method, path, body) => {
    await send('POST', '/window', { handle })
    return send(method, path, body)
  }
  const execute = (script: string): Promise<unknown> => inTab('POST', '/execute/sync', { script, args: [] })
  return {
    goto: async (url) => void (await inTab('POST', '/url', { url })),
    async evaluate<T, A>(task: (argument: A) => T | Promise<T>, argument?: A) {
      await execute(run(toExpression(task, argument)))
      for (;;) {
        const slot = (await execute('return window.__result')) as { value?: T; error?: string }
        if (slot.error !== undefined) throw new Error(slot.error)
        if (slot.value !== undefined) return slot.value
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    start: async (task, argument) => void (await execute(`void ${toExpression(task, argument)}`)),
    reload: async () => void (await inTab('POST', '/refresh')),
    back: async () => void (await execute('setTimeout(() => history.back())')),
    close: async () => void (await inTab('DELETE', '/window')),
    show: async () => void (await send('POST', '/window', { handle })),
  }
}

async function untilReady(base: string, driver: ChildProcess): Promise<void> {
  while (driver.exitCode === null) {
    const isReady = await fetch(`${base}/status`).then(
      () => true,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('Failed to start WebKit: its driver ended at once.')
}

/** Starts a driver of its own for each visitor, since one driver has one session. */
async function startVisitor(): Promise<EngineVisitor> {
  const home = await mkdtemp(join(tmpdir(), 'sojourn-webkit-'))
  const port = await findFreePort()
  const env = { ...process.env, HOME: home, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }
  // Detached, so that Xvfb, the driver and the browser end together, as one process group.
  const driver = spawn('xvfb-run', ['-a', findWebKit() ?? '', `--port=${port}`], { env, detached: true, stdio: 'ignore' })
  const base = `http://127.0.0.1:${port}`
  await untilReady(base, driver)
  const browserOptions = { binary: await findMiniBrowser(), args: ['--automation'] }
  const { sessionId } = (await toSend(base)('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': browserOptions } },
  })) as { sessionId: string }
  const send = toSend(`${base}/session/${sessionId}`)
  return {
    async newTab() {
      const { handle } = (await send('POST', '/window/new', { type: 'tab' })) as { handle: string }
      return toTab(send, handle)
    },
    async close() {
      await send('DELETE', '').catch(() => {})
      if (driver.pid !== undefined) process.kill(-driver.pid, 'SIGTERM')
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Starts WebKit: each visitor starts and ends a browser of its own, so there is nothing to start or end here. */
export const startWebKit = async (): Promise<Engine> => ({ newVisitor: startVisitor, close: async () => {} })

// `npm run smoke [-- start:django]`: starts the shop as a reader of the README does and requests its page and its session.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { root } from './doors.ts'

const timeoutMs = 180_000

const script = process.argv[2] ?? 'start'
const folder = mkdtempSync(join(tmpdir(), 'sojourn-smoke-'))
const env = { ...process.env, PORT: '0', SHOP_DATABASE: join(folder, 'shop.sqlite') }
const child = spawn('npm', ['run', script], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })

/** Ends npm and everything that it started. */
function stop(): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
}

function printedUrl(): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk)
      output += stripVTControlCharacters(chunk.toString())
      const url = /https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\d+\S*(?=\s)/.exec(output)?.[0]
      if (url) resolve(url)
    })
    child.on('exit', (code) => reject(new Error(`npm run ${script} ended with code ${code} before it printed a URL`)))
    AbortSignal.timeout(timeoutMs).addEventListener('abort', () =>
      reject(new Error(`npm run ${script} printed no URL within ${timeoutMs} ms`)),
    )
  })
}

async function expectOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  console.log(`${response.status} ${url}`)
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
}

try {
  const url = await printedUrl()
  await expectOk(url)
  await expectOk(new URL('/session', url).href)
} finally {
  stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit()

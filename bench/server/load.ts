// Puts visitors on each server in turn and measures commits and processor time.
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { type ServerProcess, startServer } from '../lib/serve.ts'
import { type Contender, contenders } from './contenders.ts'
import type { Visitor } from './visitor.ts'

/** How many visitors write at once, and to how large sessions. */
export interface Load {
  readonly visitors: number
  readonly keys: number
}

/** What one slice of time came to. */
export interface Slice {
  readonly perSecond: number
  /** The processor's time of the server for one commit, in microseconds. */
  readonly cpuUs: number
  readonly answerBytes: number
}

const sliceMs = 300
const rounds = 6

interface Site {
  readonly server: ServerProcess
  readonly visitors: readonly Visitor[]
  readonly slices: Slice[]
}

async function open({ file, onDisk, visit }: Contender, folder: string, { visitors, keys }: Load): Promise<Site> {
  const server = await startServer(file, onDisk ? [join(folder, 'sessions.sqlite')] : [])
  const agent = new Agent({ keepAlive: true, maxSockets: visitors })
  const arrive = (): Promise<Visitor> => visit({ origin: server.origin, agent, keys })
  return { server, visitors: await Promise.all(Array.from({ length: visitors }, arrive)), slices: [] }
}

/** All visitors write, each as soon as it was answered. */
async function takeSlice({ server, visitors }: Site): Promise<Slice> {
  let commits = 0
  let bytes = 0
  const cpuMs = await server.cpuMs()
  const start = performance.now()
  await Promise.all(
    visitors.map(async (visitor) => {
      while (performance.now() - start < sliceMs) {
        const answered = await visitor.commit()
        bytes += answered
        commits++
      }
    }),
  )
  const ms = performance.now() - start
  const cpuUs = (((await server.cpuMs()) - cpuMs) * 1000) / commits
  return { perSecond: (commits * 1000) / ms, cpuUs, answerBytes: bytes / commits }
}

async function measure(load: Load): Promise<Readonly<Record<string, readonly Slice[]>>> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-bench-'))
  const sites = new Map<string, Site>()
  for (const [name, contender] of Object.entries(contenders)) sites.set(name, await open(contender, folder, load))
  // The first slice finds code that is not compiled yet.
  for (let round = -1; round < rounds; round++) {
    for (const site of round % 2 === 0 ? sites.values() : [...sites.values()].toReversed()) {
      const slice = await takeSlice(site)
      if (round >= 0) site.slices.push(slice)
    }
  }
  for (const { server, visitors } of sites.values()) {
    for (const visitor of visitors) await visitor.check()
    server.stop()
  }
  rmSync(folder, { recursive: true })
  return Object.fromEntries([...sites].map(([name, { slices }]) => [name, slices]))
}

const [, , load = '{}'] = process.argv
process.stdout.write(JSON.stringify(await measure(JSON.parse(load))))
process.exit()

// `npm run bench:compare -- <revision>`: compares what a commit costs the server at a revision and now, in one run. Both builds take turns,
// and what counts is the processor's time of the server, so that another load of the machine changes the ratio little.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { root } from './lib/child.ts'
import { type ServerProcess, startServer } from './lib/serve.ts'
import { median, summarize } from './lib/stats.ts'
import { printTable } from './lib/table.ts'
import { type Visitor, visitSojourn } from './server/visitor.ts'

const rounds = 30
const commitsPerRound = 200
const loads = [
  { visitors: 1, keys: 10 },
  { visitors: 10, keys: 10 },
  { visitors: 10, keys: 100 },
]

interface Site {
  readonly server: ServerProcess
  readonly visitors: readonly Visitor[]
  readonly costsUs: number[]
}

const project = join(root, '..')

/** Builds a revision in a folder of its own; returns where its build is. */
function build(revision: string, folder: string): string {
  const tree = join(folder, 'before')
  execFileSync('git', ['worktree', 'add', '--quiet', '--detach', tree, revision], { cwd: project })
  symlinkSync(join(project, 'node_modules'), join(tree, 'node_modules'))
  execFileSync(process.execPath, ['node_modules/rollup/dist/bin/rollup', '-c', '--silent'], { cwd: tree, stdio: 'inherit' })
  return join(tree, 'dist')
}

async function open(dist: string, file: string | undefined, { visitors, keys }: (typeof loads)[number]): Promise<Site> {
  const server = await startServer('server/built.ts', file === undefined ? [dist] : [dist, file])
  const agent = new Agent({ keepAlive: true, maxSockets: visitors })
  const arrive = (): Promise<Visitor> => visitSojourn({ origin: server.origin, agent, keys })
  return { server, visitors: await Promise.all(Array.from({ length: visitors }, arrive)), costsUs: [] }
}

/** All visitors together write so many commits; returns what one cost, in microseconds of the server's processor. */
async function takeRound({ server, visitors }: Site): Promise<number> {
  let left = commitsPerRound
  const before = await server.cpuMs()
  await Promise.all(
    visitors.map(async (visitor) => {
      while (left > 0) {
        left -= 1
        await visitor.commit()
      }
    }),
  )
  return (((await server.cpuMs()) - before) * 1_000) / commitsPerRound
}

async function compare(sites: readonly [Site, Site]): Promise<readonly string[]> {
  // The first rounds find code that is not compiled yet.
  for (let round = -3; round < rounds; round += 1) {
    for (const site of round % 2 === 0 ? sites : sites.toReversed()) {
      const cost = await takeRound(site)
      if (round >= 0) site.costsUs.push(cost)
    }
  }
  for (const { server, visitors } of sites) {
    for (const visitor of visitors) await visitor.check()
    server.stop()
  }
  const [before, now] = sites.map(({ costsUs }) => costsUs) as [number[], number[]]
  const { low, high } = summarize(now.map((cost, round) => cost / (before[round] as number)))
  const ratio = median(now) / median(before)
  return [median(before).toFixed(0), median(now).toFixed(0), ratio.toFixed(2), `${low.toFixed(2)} to ${high.toFixed(2)}`]
}

const [, , revision] = process.argv
if (revision === undefined) throw new Error('Failed to compare: name a revision, such as npm run bench:compare -- HEAD~10.')
const folder = mkdtempSync(join(tmpdir(), 'sojourn-compare-'))
try {
  const builds = [build(revision, folder), join(project, 'dist')]
  const rows: (readonly string[])[] = []
  for (const store of ['memory', 'SQLite']) {
    for (const load of loads) {
      const place = (at: number) => (store === 'memory' ? undefined : join(folder, `${at}-${load.visitors}-${load.keys}.sqlite`))
      const sites = [await open(builds[0] as string, place(0), load), await open(builds[1] as string, place(1), load)] as const
      rows.push([`${store}, ${load.visitors} visitors, ${load.keys} keys`, ...(await compare(sites))])
    }
  }
  const title = `Processor time of the server for one commit, in µs: medians of ${rounds} rounds of ${commitsPerRound}`
  printTable(title, ['', revision, 'now', 'ratio of the medians', 'middle half of the ratios'], rows)
} finally {
  execFileSync('git', ['worktree', 'remove', '--force', join(folder, 'before')], { cwd: project })
  rmSync(folder, { recursive: true, force: true })
}

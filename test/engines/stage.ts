// Starts an engine and the app under test for one test file, and gives a visitor to each test. It reads what is stored
// through a tab of the visitor, since script and drivers see different cookies in each engine.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type AppServer, startApp } from '../browser/fixtures/app-server.ts'
import type { Stored } from '../browser/fixtures/stage.ts'
import { startChromium } from './drivers/chromium.ts'
import { startFirefox } from './drivers/firefox.ts'
import { startWebKit } from './drivers/webkit.ts'
import type { Engine, EngineName, EngineVisitor, Tab } from './engine.ts'

const start: Record<EngineName, () => Promise<Engine>> = { chromium: startChromium, firefox: startFirefox, webkit: startWebKit }

/** A visitor with a tab that stays open and reads what is stored. */
export interface Visitor {
  /** Opens a tab in front of the others and waits until it has loaded the session. */
  open(path?: string): Promise<Tab>
  /** Reads what the server has stored for the visitor, past every client. */
  stored(): Promise<Stored>
}

/** An engine and the app under test. */
export interface Stage {
  readonly app: AppServer
  newVisitor(): Promise<Visitor>
}

/** Starts the app and the engine before the first test of a file, ends both after its last, and each visitor after its test. */
export function setStage(name: EngineName): Stage {
  let app: AppServer
  let engine: Engine
  const visitors = new Set<EngineVisitor>()
  const cleanUp: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-'))
    cleanUp.push(() => rm(folder, { recursive: true, force: true }))
    app = await startApp(folder, { isSecure: name !== 'webkit' })
    cleanUp.push(() => app.kill())
    engine = await start[name]()
    cleanUp.push(() => engine.close())
  })
  afterEach(async () => {
    await app.control({ hold: false })
    for (const visitor of visitors) await visitor.close()
    visitors.clear()
  })
  afterAll(async () => {
    for (const undo of cleanUp.reverse()) await undo()
  })

  return {
    get app() {
      return app
    },
    async newVisitor() {
      const visitor = await engine.newVisitor()
      visitors.add(visitor)
      const witness = await visitor.newTab()
      await witness.goto(`${app.origin}/elsewhere`)
      return {
        async open(path = '/') {
          const tab = await visitor.newTab()
          await tab.goto(app.origin + path)
          await tab.show()
          await tab.evaluate(() => window.session.ready().then(() => true))
          return tab
        },
        stored: () => witness.evaluate(async () => (await fetch('/session')).json() as Promise<Stored>),
      }
    },
  }
}

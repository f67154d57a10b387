// One simulated page with a real client.
import { createSessionClient, type SessionClient } from '../../src/index.ts'
import type { SimulatedBrowser } from './browser.ts'
import { listSchema, policies, schema, type Values } from './calls.ts'
import { createEditLog } from './edits/edit-log.ts'
import { schema as editSchema, identifyOption } from './edits/schema.ts'
import { type Base, createLedger, type Entry } from './ledger.ts'
import { grantedKey } from './lists/plan.ts'
import { type Call, isSame } from './model.ts'
import { createPage } from './page.ts'
import { createFetch } from './pages/fetch.ts'
import type { Tab, World } from './parts.ts'
import { perform } from './perform.ts'
import { createRandom } from './random.ts'
import { hasEdits, type Step } from './script.ts'
import { createWatch } from './watch.ts'
import { createWire } from './wire.ts'

// Histories write before the load on purpose, and a development build warns about each of them.
console.warn = () => {}

/** What the view is on from `end()` until the server has said what it has. */
const wiped: Base = { lineage: null, version: '', data: {} }

/** A page with a real client, and the eyes of the simulation on it. */
export function createTab(name: string, browser: SimulatedBrowser, world: World): Tab {
  const { scheduler } = world
  const random = createRandom(world.seed, name)
  const { page, wake, leave, comeBack, hide, timerMs } = createPage(name, browser, world)
  const waiting = new Map<number, string>()
  let promises = 0
  let clients = 0
  let mutations = 0
  let trusted = 0

  const { transport, exchange, traffic } = createWire(browser, page, world, (id, n) => ledger.send(id, n, mutations))
  const isOtherApp = world.lists.plan?.route === 'apps' && world.lists.home(name) > 0
  const client = createSessionClient({
    url: 'https://app.example/session',
    ...(hasEdits(world.mode)
      ? { schema: editSchema, identify: identifyOption }
      : { schema: world.lists.plan ? listSchema : schema, conflict: policies as never }),
    ...(world.lists.plan && { readOnly: [grantedKey] }),
    ...(world.mode === 'pages' ? { fetch: createFetch(browser, exchange) } : { transport }),
    clock: {
      now: scheduler.now,
      setTimeout: (run: () => void, delayMs: number) => scheduler.after(Math.max(timerMs(), delayMs), () => page.enter(run)),
      clearTimeout: scheduler.cancel,
    },
    random: random.next,
    createClientId: () => `${name}-${clients++}`.padEnd(22, '-'),
    // The tab of another app is at another URL.
    channel: isOtherApp ? false : () => browser.openChannel(page),
    locks: browser.openLocks(page),
  } as never) as unknown as SessionClient<Values>

  const ledger = createLedger(name, {
    now: scheduler.now,
    base: () => (client.dehydrate()?.state as Base | undefined) ?? (client.pending.some(({ kind }) => kind === 'end') ? wiped : undefined),
    pendingCount: () => client.pending.filter(({ kind }) => kind !== 'end').length,
    isTrusted: () => trusted > 0,
  })
  const edits = createEditLog({
    tab: name,
    now: scheduler.now,
    base: () => client.dehydrate()?.state as Base | undefined,
    versions: world.server.versions,
    lineages: world.server.lineages,
    requests: () => traffic.requests,
    answered: () => traffic.answered,
  })
  const watch = createWatch({ name, client, browser, ledger, traffic, world, edits })
  client.on('conflict', ({ key }) => edits.noteConflict(key))
  client.on('exchange', (exchange) => {
    mutations = exchange.mutations ?? 0
  })

  function follow(what: string, promise: Promise<unknown>, then?: (error: unknown, result: unknown) => void): void {
    const number = ++promises
    waiting.set(number, what)
    const done = (error: unknown, result: unknown): void => {
      waiting.delete(number)
      page.isTouched = true
      then?.(error, result)
    }
    promise.then(
      (result) => done(undefined, result),
      (error) => done(error ?? 'undefined', undefined),
    )
  }

  function write(call: Call, run: () => Promise<unknown>): void {
    const before = client.pending.filter(({ kind }) => kind !== 'end').length
    let promise: Promise<unknown>
    try {
      promise = run()
    } catch (error) {
      return world.note?.(name, `${call.id} threw ${String(error)}`)
    }
    const entry = ledger.add(call, before)
    follow(call.id, promise, (error, result) => settle(entry, error, result))
  }

  function settle(entry: Entry, error: unknown, result: unknown): void {
    const { code, fate, name: errorName } = (error ?? {}) as { code?: string; fate?: string; name?: string }
    entry.status = error === undefined ? 'acknowledged' : 'rejected'
    entry.settledAt = scheduler.now()
    if (error !== undefined) entry.error = code ?? errorName ?? String(error)
    else if (['tx', 'pop', 'default'].includes(entry.kind)) entry.result = result
    if (code === 'unknown-fate' || fate === 'unknown' || code === 'disposed') entry.isFateUnknown = true
    if (entry.status === 'rejected') edits.noteRejected(entry.id)
    if (entry.status === 'acknowledged' && entry.stored.size === 0) watch.noteUnstored(entry)
    world.note?.(name, `${entry.id} ${entry.status} ${entry.error ?? ''} ${fate ?? ''}`)
    const isStored = [...entry.stored.keys()].some(world.isReached)
    // A copy of what the server refused may be stored before its client has learned of the refusal: nothing can shut it out by then.
    if (entry.status === 'rejected' && !entry.isFateUnknown && isStored && code !== 'rejected')
      world.fail(`once: ${entry.id} is stored and was rejected (${entry.error})`)
    if (
      entry.status === 'acknowledged' &&
      'result' in entry &&
      entry.stored.has(client.dehydrate()?.state.lineage ?? '') &&
      !entry.expected.some((expected) => isSame(entry.result, expected))
    ) {
      world.fail(`serial: ${entry.id} gave ${JSON.stringify(entry.result)} and not ${JSON.stringify(entry.expected)}`)
    }
  }

  async function trust<R>(run: () => Promise<R>): Promise<R> {
    trusted++
    try {
      return await run()
    } finally {
      // Until the read after it a log-in that appears is the app's own, however late it comes.
      trusted--
      ledger.forgive()
    }
  }

  return Object.assign(page, {
    browser,
    ledger,
    edits,
    client,
    waiting,
    traffic,
    follow,
    perform(step: Step) {
      page.enter(() => {
        page.isDisposed ||= step.what === 'dispose'
        try {
          perform(step, { name, traffic, client, browser, world, write, follow, edits, trust })
          watch.after(step)
        } catch (error) {
          if (error instanceof EvalError) world.fail(`listener: what a subscriber throws comes out of a call of ${name}`)
          else if ((error as { code?: string }).code !== 'disposed') throw error
        }
      })
    },
    check() {
      if (!page.isTouched) return
      page.isTouched = false
      watch.check()
    },
    sleep() {
      page.isSleeping = true
    },
    wake,
    leave: (isKept: boolean) =>
      leave(isKept, traffic, () => client.pending.length > 0 && typeof client.dehydrate()?.state.lineage === 'string'),
    hide,
    return: () => comeBack(traffic, () => client.dehydrate()?.state.version),
    crash() {
      page.isGone = true
      browser.release(page)
      waiting.clear()
    },
  })
}

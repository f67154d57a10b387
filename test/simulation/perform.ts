// Performs one step of a simulated tab.
import type { SessionClient } from '../../src/index.ts'
import type { SimulatedBrowser } from './browser.ts'
import { toChange, transactions, type Values } from './calls.ts'
import type { EditLog } from './edits/edit-log.ts'
import { editPerforms } from './edits/perform.ts'
import type { Call } from './model.ts'
import type { Traffic, World } from './parts.ts'
import type { Step } from './script.ts'

/** What a step of a tab works with. */
export interface Hands {
  readonly name: string
  readonly traffic: Traffic
  readonly client: SessionClient<Values>
  readonly browser: SimulatedBrowser
  readonly world: World
  /** Makes a call that the ledger follows. */
  write(call: Call, run: () => Promise<unknown>): void
  /** Follows a promise to its end. */
  follow(what: string, promise: Promise<unknown>): void
  /** The edits of the tab, in mode `edits`. */
  readonly edits: EditLog
  /** Runs something as the app's own exclusive request. */
  trust<R>(run: () => Promise<R>): Promise<R>
}

type Perform = (hands: Hands, first: string, second: string, third: string) => void

const on =
  (run: (client: SessionClient<Values>, key: keyof Values, id: string) => Promise<unknown>, kind: Call['kind']): Perform =>
  ({ client, write }, key, id) =>
    write({ kind, key, id }, () => run(client, key as keyof Values, id))

const life =
  (run: (client: SessionClient<Values>) => Promise<unknown>, kind: Call['kind']): Perform =>
  ({ client, write }, id) =>
    write({ kind, id }, () => run(client))

/** The value that a call with this id writes. */
function toValue(key: string, id: string, o: object = {}): never {
  const number = Number(String(id).replace(/\D/g, ''))
  const values: Record<string, unknown> = { n: number * 100, f: number, l: [id], o: { ...o, [`s${number % 3}`]: id } }
  return (values[key] ?? id) as never
}

const performs: Readonly<Record<string, Perform>> = {
  set({ client, write }, key, id, text) {
    const value = toValue(key, text ?? id, client.peek('o'))
    write({ kind: 'set', key, value, id }, () => client.set(key as keyof Values, value))
  },
  update: on((client, key, id) => client.update(key, toChange(key, id) as never), 'update'),
  /** A value that is more than keepalive carries of a page that is shown. */
  large({ client, write }, id) {
    const value = { s0: id, s1: 'x'.repeat(30_000) }
    write({ kind: 'set', key: 'o', value, id }, () => client.set('o', value))
  },
  /** Twenty updates, each once the one before is acknowledged. */
  chain({ client, write }, key, id) {
    const run = (number: number): void => {
      const named = `${id}.${number}`
      const next = (): void => void (number < 20 && run(number + 1))
      write({ kind: 'update', key, id: named }, () => {
        const updated = client.update(key as keyof Values, toChange(key, named) as never)
        updated.then(next, () => {})
        return updated
      })
    }
    run(1)
  },
  delete: on((client, key) => client.delete(key), 'delete'),
  pop: on((client, key) => client.pop(key), 'pop'),
  default({ client, write }, key, id) {
    const value = toValue(key, id)
    write({ kind: 'default', key, value, id }, () => client.setDefault(key as keyof Values, value))
  },
  tx({ client, write }, tx, id) {
    write({ kind: 'tx', tx, id }, () => client.transaction((session) => transactions[tx]?.(session, id) as never))
  },
  clear: life((client) => client.clear(), 'clear'),
  touch: life((client) => client.touch(), 'touch'),
  cycle: life((client) => client.cycleKey(), 'cycle'),
  expiry({ client, write }, id, expiry) {
    const seconds = { default: null, 'browser-close': 0 }[expiry] ?? Number(expiry) / 1000
    write({ kind: 'expiry', id, expiry: expiry === 'default' ? null : seconds }, () =>
      client.setExpiry((Number.isNaN(Number(expiry)) ? expiry : Number(expiry)) as never),
    )
  },
  get: ({ client, follow }, key) => follow('get', client.get(key as keyof Values)),
  entries: ({ client, follow }) => follow('entries', client.entries()),
  revalidate: ({ client, follow }) => follow('revalidate', client.revalidate()),
  settled: ({ client, follow }) => follow('settled', client.settled()),
  ready: ({ client, follow }) => follow('ready', client.ready()),
  end({ client, browser, world, traffic, follow }) {
    const lineage = client.dehydrate()?.state.lineage
    const rotatedAt = lineage ? world.server.rotationOf(lineage)?.at : undefined
    const ended = client.end().then(() => {
      if (!lineage) return
      const cookie = browser.cookie()
      // What showed no session met the old key, unless there was none.
      if (rotatedAt !== undefined && cookie !== undefined && traffic.looks.at(-1) === null) world.creation.onBelieved(lineage, rotatedAt)
      // A key that came after the last look had left cannot have been seen.
      const isSeen = world.creation.landedAt(lineage) < traffic.sentAt
      if (isSeen && world.server.reach(cookie)?.lineage === lineage) world.fail(`ended: end() resolves and ${lineage} lives`)
    })
    follow('end', ended)
  },
  resume: ({ client }) => client.resume(),
  dispose: ({ client }) => client.dispose(),
  discard: ({ client }, index) => void client.pending[Number(index)]?.discard(),
  exclusive({ name, client, browser, world, trust, follow }, what, argument) {
    const since = world.scheduler.now()
    const request = (): Promise<unknown> => {
      world.isolation.begin(name, browser, since)
      return world.request(browser, { what, args: [argument ?? ''] }).finally(() => world.isolation.end(browser))
    }
    follow(
      'exclusive',
      trust(() => client.exclusive(request)),
    )
  },
  notice({ client, browser, world, follow }, what, argument) {
    follow(
      'notice',
      world.request(browser, { what, args: [argument ?? ''] }).then((response) => client.notice(response as never)),
    )
  },
  dehydrate({ client, world }, name) {
    const state = client.dehydrate()
    if (state) world.shelf.set(name, state)
  },
  hydrate({ client, world }, name) {
    const state = world.shelf.get(name)
    if (state) client.hydrate(state as never)
  },
  /** A subscriber whose own code is wrong. */
  throw: ({ client }, key) =>
    void client.key(key as keyof Values).listen(() => {
      throw new EvalError('a subscriber of the app throws')
    }),
}

/** Does one step of a script in a tab. */
export function perform({ what, args }: Step, hands: Hands): void {
  const all = args as [string, string, string]
  const run = performs[what] ?? (editPerforms[what] as (...all: unknown[]) => void)
  if (!run) throw new RangeError(`There is no step ${what}.`)
  run(hands, ...all)
}

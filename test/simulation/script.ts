// Declares a script, prints it and parses it.

import type { ExposurePlan } from './lists/plan.ts'

/** One history, complete: with the same code it runs the same way, every time. */
export interface Script {
  readonly seed: number
  readonly mode: Mode
  readonly browsers: readonly BrowserPlan[]
  readonly maxAgeMs: number
  readonly latencyMs: number
  /** What the servers expose. @default every key */
  readonly exposure?: ExposurePlan | undefined
  readonly steps: readonly Step[]
  /** What befalls the messages, by `A#3`, the third request of A; one that is not named travels well. */
  readonly fates: ReadonlyMap<string, Fate>
}

/**
 * `old-views`: server code also saves whole dicts that it read before. `edits`: forms, lists and values of classes that several people
 * edit, with content that the server refuses and early writes. `caches`: the same behind a service worker's cache, where the bound of
 * requests alone is held, since the client does not tell a cached response from a fresh one yet. `pages`: pages that are closed or go into the back/forward
 * cache, with a fetch as browsers have it.
 */
export type Mode = 'normal' | 'old-views' | 'edits' | 'caches' | 'pages'

/** Whether the clients of a mode have the keys of edits/. */
export const hasEdits = (mode: Mode): boolean => mode === 'edits' || mode === 'caches'

export interface BrowserPlan {
  readonly name: string
  /** Whose it is: browsers of one visitor may share a cookie. */
  readonly visitor: string
  readonly tabs: readonly string[]
}

export interface Step {
  /** In milliseconds of virtual time. */
  readonly at: number
  /** A tab or a browser. */
  readonly who: string
  readonly what: string
  readonly args: readonly (string | number | boolean)[]
}

/** What befalls one request. */
export interface Fate {
  /**
   * `lost`: it never arrives. `cut`: it arrives and the answer is lost; `cookie-cut` after its cookie. `hang`: no answer, no
   * error. Any other name is answered by somebody else, with `-after` in it once the server has answered too.
   */
  readonly kind?: string
  /** How long the way out takes, in milliseconds. @default 20 */
  readonly out?: number
  /** How long the way back takes. @default 20 */
  readonly back?: number
  /** A second copy arrives so long after it was sent; nobody waits for its answer. */
  readonly copy?: number
}

/** Writes a script as text, one line for each thing. */
export function printScript({ seed, mode, browsers, maxAgeMs, latencyMs, exposure, steps, fates }: Script): string {
  const lists = exposure ? ` exposure=${JSON.stringify(exposure)}` : ''
  return [
    `history seed=${seed} mode=${mode} maxAgeMs=${maxAgeMs} latencyMs=${latencyMs}${lists}`,
    ...browsers.map(({ name, visitor, tabs }) => `browser ${name} ${visitor} ${tabs.join(' ')}`),
    ...steps.map(({ at, who, what, args }) => ['at', at, who, what, ...args.map((arg) => JSON.stringify(arg))].join(' ')),
    ...[...fates].map(([name, fate]) => `fate ${name} ${JSON.stringify(fate)}`),
  ].join('\n')
}

/** Reads what `printScript` wrote. Empty lines and those that begin with # are left out. */
export function parseScript(text: string): Script {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const of = (word: string): string[][] => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(' ').slice(1))
  const head = new Map(of('history')[0]?.map((part) => part.split('=') as [string, string]))
  return {
    seed: Number(head.get('seed') ?? 0),
    mode: (head.get('mode') ?? 'normal') as Mode,
    maxAgeMs: Number(head.get('maxAgeMs') ?? 1_209_600_000),
    latencyMs: Number(head.get('latencyMs') ?? 0),
    ...(head.has('exposure') && { exposure: JSON.parse(head.get('exposure') as string) as ExposurePlan }),
    browsers: of('browser').map(([name = '', visitor = '', ...tabs]) => ({ name, visitor, tabs })),
    steps: of('at').map(([at, who = '', what = '', ...args]) => ({ at: Number(at), who, what, args: args.map((arg) => JSON.parse(arg)) })),
    fates: new Map(of('fate').map(([name = '', ...fate]) => [name, JSON.parse(fate.join(' ')) as Fate])),
  }
}

// Declares what the parts of a history share. Types only.
import type { SessionClient } from '../../src/index.ts'
import type { SimulatedBrowser } from './browser.ts'
import type { Values } from './calls.ts'
import type { EditLog } from './edits/edit-log.ts'
import type { LightResponse } from './host.ts'
import type { Ledger } from './ledger.ts'
import type { Lists } from './lists/plan.ts'
import type { PageEvents } from './pages/page-events.ts'
import type { Scheduler } from './scheduler.ts'
import type { Fate, Mode, Step } from './script.ts'
import type { Sent, SimulatedServer } from './server.ts'

/** Holds that the creation of a session buries no other one that lives. */
export interface SessionCreation {
  onCreated(lineage: string, request: Sent): void
  /** An answer brings the cookie of a session, where the jar reaches another one or none. */
  onCookie(lineage: string, former: string | undefined, isApp: boolean): void
  /** When the cookie of a session last came to a browser. */
  landedAt(lineage: string): number
  /** A client believes that a session is gone, whose key was rotated at that time, before it was asked to end it. */
  onBelieved(lineage: string, rotatedAt: number): void
}

/** What the tabs of a history share. */
export interface World {
  readonly seed: number
  readonly mode: Mode
  /** What the servers expose. */
  readonly lists: Lists
  readonly scheduler: Scheduler
  readonly server: SimulatedServer
  fateOf(name: string): Fate
  /** Notes something for who reads the history; undefined where nobody does. */
  readonly note: ((who: string, what: string) => void) | undefined
  /** `invariant: what`. The first one ends the history. */
  fail(fault: string): void
  /** True where something goes on and on without time passing. */
  isSpinning(): boolean
  /** Whether a browser has the cookie of a session: those of late copies never come to one. */
  isReached(lineage: string): boolean
  /** Whose a session is: that of the visitor whose browser first got its cookie. */
  ownerOf(lineage: string): string | undefined
  /** Whether an exclusive request may have ended a wait. */
  readonly hasExclusives: boolean
  /** When the last step of the script was done: a call may end a wait. */
  lastStepAt(): number
  readonly creation: SessionCreation
  /** The lineages that somebody asked to end. */
  readonly ends: Set<string>
  /** A page runs from now on, until another one does. */
  enterPage(events: PageEvents): void
  /** Sends a request of the app itself, with the browser's cookie. Rejects where no answer comes. */
  request(browser: SimulatedBrowser, step: Pick<Step, 'what' | 'args'>): Promise<LightResponse>
  /** No commit of a browser's clients may be under way while an exclusive request runs. */
  isolation: {
    /** A request runs alone; `since` is when it was asked for. */
    begin(tab: string, browser: SimulatedBrowser, since: number): void
    end(browser: SimulatedBrowser): void
    /** A commit leaves. */
    send(tab: Pick<Tab, 'name' | 'browser' | 'wokenAt'>): void
  }
  /** What a step handed over, by name: states for `hydrate`. */
  readonly shelf: Map<string, unknown>
}

/** How many requests a tab has sent, and what for. */
export interface Traffic {
  requests: number
  /** The number of the last request whose response says what the server has. */
  answered: number
  /** How many commits arrived at the server, and how many had when its page was closed with writes in hand. */
  commits: number
  leftAt: number | undefined
  /** The commit in flight when its page was closed, and the commits that arrived at the server. */
  leftWith: string | undefined
  readonly arrived: Set<string>
  /** When the last request left. */
  sentAt: number
  /** Requests that something befell. */
  faults: number
  /** Commits that were refused, and what may be looked for to blame. */
  refusals: number
  /** The request that left last, until its answer comes; whether it can set a cookie, and whether it was given up. */
  open: { readonly isUnsafe: boolean; readonly key: string | undefined; readonly signal: AbortSignal } | undefined
  /** For each commit how often it was sent, and for how many reasons it had to be sent again. */
  readonly attempts: Map<string, { sent: number; reasons: number }>
  /** Until when the server asked for time, and since when. */
  waitsUntil: number
  waitingSince: number
  /** The lineages of the latest answers. */
  looks: (string | null)[]
}

/** A page with a client of its own. */
export interface Tab {
  readonly name: string
  readonly browser: SimulatedBrowser
  readonly ledger: Ledger
  readonly edits: EditLog
  readonly client: SessionClient<Values>
  readonly isGone: boolean
  readonly isDisposed: boolean
  readonly isSleeping: boolean
  /** When the page was opened or last woken. */
  readonly wokenAt: number
  /** When it was last left. */
  readonly leftAt: number
  readonly traffic: Traffic
  /** What has not settled. */
  readonly waiting: ReadonlyMap<number, string>
  perform(step: Step): void
  /** Compares client and model; does nothing where nothing has happened since the last time. */
  check(): void
  sleep(): void
  wake(): void
  /** The page is gone, without a word. */
  crash(): void
  /** The visitor leaves the page, which is closed or kept in the back/forward cache. */
  leave(isKept: boolean): void
  /** The visitor switches to another tab. */
  hide(): void
  /** The visitor comes back to a page that was kept. */
  return(): void
  /** Follows a promise to its end. */
  follow(what: string, promise: Promise<unknown>): void
}

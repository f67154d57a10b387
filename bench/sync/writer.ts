// Declares the writer that every contender of the writing workloads implements.
import type { Browser } from '../lib/browser.ts'

/** A key and the number to write to it. */
export type Entry = readonly [key: string, value: number]

/** One contender's client of numbers that a server keeps. */
export interface Writer {
  /** The resource that it writes to, whose GET answers `{ data }`. */
  readonly url: string
  /** Writes in this tick, the way the contender's guide has it; each is shown at once. Resolves when the server has acknowledged them all. */
  write(entries: readonly Entry[]): Promise<unknown>
  /** What is shown. */
  read(key: string): number | undefined
}

/** Makes a client, ready to write these keys. */
export type CreateWriter = (browser: Browser, keys: readonly string[]) => Writer | Promise<Writer>

// Owns virtual time.
import process from 'node:process'

/** One thing that happens at a virtual time. */
export interface Appointment {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Virtual time: what is due next runs at once, and nothing else makes time pass. */
export interface Scheduler {
  /** Milliseconds since the start of the history. */
  now(): number
  after(delayMs: number, run: () => void): Appointment
  cancel(appointment: unknown): void
  /**
   * Runs everything that is due up to a time, one after the other, each to the end of its promises.
   *
   * @param afterEach told after each; true stops the run
   */
  runUntil(time: number, afterEach: () => boolean): Promise<void>
}

/** Ends when every microtask has run: Node runs the next-tick queue once the microtask queue is empty, and not before. */
export function drain(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/** Creates a scheduler at time 0. */
export function createScheduler(): Scheduler {
  // Latest first, so that the next is popped. Few are due at once: an insertion is cheaper than a heap.
  const due: Appointment[] = []
  let now = 0
  let orders = 0
  return {
    now: () => now,
    after(delayMs, run) {
      const appointment = { at: now + Math.max(0, Math.round(delayMs)), order: orders++, run }
      let index = due.length
      while (index > 0 && (due[index - 1] as Appointment).at <= appointment.at) index--
      due.splice(index, 0, appointment)
      return appointment
    },
    cancel(appointment) {
      const index = due.indexOf(appointment as Appointment)
      if (index >= 0) due.splice(index, 1)
    },
    async runUntil(time, afterEach) {
      await drain()
      while (due.length > 0 && (due.at(-1) as Appointment).at <= time) {
        const next = due.pop() as Appointment
        now = next.at
        next.run()
        await drain()
        if (afterEach()) return
      }
      now = time
    },
  }
}

// Starts a program for a test, finds a free port and ends the program with the test.
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import process from 'node:process'

/** A program that a test has started. It never outlives this process. */
export interface Running {
  readonly child: ChildProcess
  /** Ends it; resolves when it is gone. */
  close(): Promise<void>
}

/** Starts a program that says nothing. */
export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(command, args, { env, stdio: 'ignore' })
  const kill = (): void => void child.kill()
  process.on('exit', kill)
  // From the start: it may end by itself before it is asked to.
  const gone = new Promise((resolve) => child.once('exit', resolve))
  return {
    child,
    async close() {
      kill()
      await gone
      process.off('exit', kill)
    },
  }
}

/** A port that nobody listens on. */
export function findPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

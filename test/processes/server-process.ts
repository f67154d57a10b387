// Starts, kills and restarts the server of serve.ts.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The session server as a real process. */
export interface ServerProcess {
  /** Starts it; resolves with its port when it listens, with undefined if it was killed before. */
  start(): Promise<number | undefined>
  /** `kill -9`, now. */
  kill(): void
  /** Resolves when the process is gone. */
  dead(): Promise<void>
  /** Kills it for good. */
  close(): Promise<void>
}

/** Creates a server of a file here and its argument: `serve.ts` of an SQLite file by default. It never outlives this process. */
export function createServerProcess(argument: string, name = 'serve.ts'): ServerProcess {
  const file = fileURLToPath(new URL(name, import.meta.url))
  let child: ChildProcess | undefined
  let gone: Promise<unknown> = Promise.resolve()
  const kill = (): void => void child?.kill('SIGKILL')
  process.on('exit', kill)
  return {
    async start() {
      const started = fork(file, [argument], { execArgv: ['--disable-warning=ExperimentalWarning'] })
      child = started
      gone = once(started, 'exit')
      const [port] = await Promise.race([once(started, 'message'), gone.then(() => [undefined])])
      if (port === undefined && started.signalCode !== 'SIGKILL')
        throw new Error(`Failed to start the server: it ended with code ${started.exitCode}.`)
      return port as number | undefined
    },
    kill,
    dead: async () => void (await gone),
    async close() {
      kill()
      await gone
      process.off('exit', kill)
    },
  }
}

// Runs one command for a test and returns its output.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** How a command ended, with all that it printed. */
export interface Outcome {
  readonly code: number
  readonly output: string
}

/** Runs one command to its end in `cwd`; a failure is an outcome too. */
export async function run(cwd: string, file: string, ...args: readonly string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await execute(file, args, { cwd, maxBuffer: 64 * 1024 * 1024 })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    return { code: typeof code === 'number' ? code : 1, output: stdout + stderr }
  }
}

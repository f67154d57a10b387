// Runs histories in a worker thread.
import { parentPort, workerData } from 'node:worker_threads'
import { type Batch, runBatch, runScenarios, shrinkBroken } from './run.ts'
import { printScript } from './script.ts'

/** What the worker is given. */
export interface WorkerTask {
  readonly batch: Batch
  readonly withScenarios: boolean
  readonly withShrinking: boolean
}

/** What the worker tells: what it is about to run, and what came of all. */
export type WorkerNews =
  | { readonly at: number | string }
  | {
      readonly done: true
      readonly broken?: { readonly of: number | string; readonly fault: string; readonly count: number; readonly script: string }
    }

/** Tells what it runs now and then only: each message costs as much as a history. */
const newsMs = 200

const { batch, withScenarios, withShrinking } = workerData as WorkerTask
const tell = (news: WorkerNews): void => parentPort?.postMessage(news)
let toldAt = 0
function note(at: number | string): void {
  if (performance.now() - toldAt < newsMs) return
  toldAt = performance.now()
  tell({ at })
}

const broken = (withScenarios ? await runScenarios(note) : undefined) ?? (await runBatch(batch, note))
if (!broken) tell({ done: true })
else {
  const script = withShrinking ? await shrinkBroken(broken, () => note(broken.of), batch.only) : broken.script
  const { of, fault, count } = broken
  tell({ done: true, broken: { of, fault, count, script: printScript(script) } })
}

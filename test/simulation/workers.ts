// Distributes histories over worker threads and shrinks what fails.
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import type { Batch } from './run.ts'
import type { WorkerNews, WorkerTask } from './worker.ts'

/** A history that breaks an invariant, with its smallest script as text. */
export interface Found {
  readonly of: number | string
  readonly fault: string
  readonly count: number
  readonly script: string
}

export interface WorkersOptions {
  readonly batch: Batch
  readonly workers?: number | undefined
  readonly withScenarios?: boolean | undefined
  readonly withShrinking?: boolean | undefined
}

/** A history takes a millisecond, its shrinking some hundred: who says nothing for so long never will. */
const silenceMs = 30_000

/** As an app is delivered: in development each of its functions would run twice. */
const env = { ...process.env, NODE_ENV: 'production' }

/** Nothing outlives its history, so garbage that is collected seldom is collected for nearly nothing. */
const resourceLimits = { maxYoungGenerationSizeMb: 256 }

/** One thread, watched: code that loops for ever without waiting can only be stopped from outside. */
function runWorker(task: WorkerTask, stopped: AbortSignal): Promise<Found | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task, env, resourceLimits })
    let at: number | string = task.batch.firstSeed
    let told = performance.now()
    const end = (found: Found | undefined): void => {
      clearInterval(watch)
      void worker.terminate()
      resolve(found)
    }
    const watch = setInterval(() => {
      if (performance.now() - told > silenceMs)
        end({ of: at, fault: `hang: nothing comes of ${at} or what follows it`, count: 0, script: '' })
    }, 1_000)
    stopped.addEventListener('abort', () => end(undefined))
    worker.on('message', (news: WorkerNews) => {
      told = performance.now()
      if ('at' in news) at = news.at
      else end(news.broken)
    })
    worker.on('error', (error) => {
      clearInterval(watch)
      reject(error)
    })
  })
}

/** Runs histories in threads; the first that breaks an invariant ends them all. */
export async function runWorkers({
  batch,
  workers = 1,
  withScenarios = false,
  withShrinking = true,
}: WorkersOptions): Promise<Found | undefined> {
  const controller = new AbortController()
  const tasks = Array.from({ length: workers }, (_, index) => ({
    batch: { ...batch, firstSeed: batch.firstSeed + index, count: Math.ceil((batch.count - index) / workers), stride: workers },
    withScenarios: withScenarios && index === 0,
    withShrinking,
  }))
  const found = await Promise.all(
    tasks.map(async (task) => {
      const broken = await runWorker(task, controller.signal)
      if (broken) controller.abort()
      return broken
    }),
  )
  return found.find(Boolean)
}

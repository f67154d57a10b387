import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { root } from '../../../scripts/doors.ts'

/** One change of the code's text. */
export interface Patch {
  /** From the root of the project. */
  readonly file: string
  /** What is replaced: it must be there, once. */
  readonly from: string
  readonly to: string
}

/**
 * Imported before all else (`node --import`), with patches in SIMULATION_PATCHES: the code of the project is loaded with
 * these changes. No file is touched.
 */
const patches = JSON.parse(process.env.SIMULATION_PATCHES ?? '[]') as Patch[]

registerHooks({
  load(url, context, next) {
    const path = url.startsWith('file:') ? fileURLToPath(url).replace(`${root}/`, '') : ''
    const own = patches.filter(({ file }) => file === path)
    if (own.length === 0) return next(url, context)
    let source = readFileSync(fileURLToPath(url), 'utf8')
    for (const { from, to } of own) {
      if (source.split(from).length !== 2) throw new RangeError(`${path} does not hold this once: ${from}`)
      source = source.replace(from, () => to)
    }
    return { format: 'module-typescript', source, shortCircuit: true }
  },
})

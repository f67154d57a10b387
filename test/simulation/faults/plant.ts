// Breaks the code as it is loaded and in no file. `node --import` loads it before all else, with the title of a fault in SIMULATION_FAULT.
import { readdirSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { root } from '../../../scripts/doors.ts'
import type { BrokenRule } from './fault.ts'
import { faults } from './faults.ts'

const title = process.env.SIMULATION_FAULT
const fault = faults.find((one) => one.title === title)
if (title !== undefined && !fault) throw new RangeError(`There is no planted fault "${title}".`)

/** The declaration of an exported function or constant, up to its name. */
const declarationOf = (rule: string): RegExp => new RegExp(`^export ((?:async )?function\\*? |const )${rule}\\b`, 'gm')

/** The file that exports a rule: the names of rules are unique in src/. */
function fileOf(rule: string): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const found = files.map((file) => join(root, 'src', file)).filter((file) => declarationOf(rule).test(readFileSync(file, 'utf8')))
  if (found.length !== 1) throw new RangeError(`The rule ${rule} is exported by ${found.length} files of src/, and has to be by one.`)
  return found[0] as string
}

const broken = new Map<string, BrokenRule[]>()
for (const { file } of fault?.patches ?? []) broken.set(join(root, file), [])
for (const one of fault?.breaks ?? []) {
  const file = fileOf(one.rule)
  broken.set(file, [...(broken.get(file) ?? []), one])
}

/** Gives the function that a broken module calls to put a faulty rule in the place of the right one. */
export function breakRule<T>(rule: string, right: T): T {
  return fault?.breaks?.find((one) => one.rule === rule)?.replace(right) as T
}

registerHooks({
  load(url, context, next) {
    const own = url.startsWith('file:') ? broken.get(fileURLToPath(url)) : undefined
    if (!own) return next(url, context)
    let source = readFileSync(fileURLToPath(url), 'utf8')
    for (const { file, from, to } of fault?.patches ?? []) {
      if (join(root, file) !== fileURLToPath(url)) continue
      if (source.split(from).length !== 2) throw new RangeError(`${file} does not hold this once: ${from}`)
      source = source.replace(from, () => to)
    }
    // The right rule gets another name, so that its own module calls the faulty one, too.
    for (const { rule } of own) {
      source = source.replace(declarationOf(rule), (_, kind: string) => `${kind}right_${rule}`)
      source += `\nexport const ${rule}: typeof right_${rule} = breakRule('${rule}', right_${rule})\n`
    }
    return { format: 'module-typescript', source: `import { breakRule } from '${import.meta.url}';${source}`, shortCircuit: true }
  },
})

// Draws what server code and hostile visitors do with private and read-only keys. generate.ts adds it to a history that has lists.
import type { Random } from '../random.ts'
import type { BrowserPlan, Step } from '../script.ts'
import { attackNames } from './attack.ts'
import { grantedKey } from './plan.ts'

/** Draws steps between those of a history. */
export function drawListSteps(random: Random, browsers: readonly BrowserPlan[], lastAt: number): Step[] {
  const steps: Step[] = []
  const count = 1 + random.int(4)
  for (let index = 0; index < count; index++) {
    const at = random.int(lastAt + 500)
    const { name: who } = random.pick(browsers)
    const what = random.weigh({ secret: 3, grant: 2, attack: 3 })
    if (what === 'secret') steps.push({ at, who, what, args: [`P${index}`] })
    else if (what === 'grant') steps.push({ at, who, what: 'write', args: [grantedKey, `W${index}`] })
    else steps.push({ at, who, what, args: [random.pick(attackNames), random.int(12)] })
  }
  return steps
}

import type { Mode } from '../script.ts'
import { clientFaults } from './client-faults.ts'
import type { Patch } from './plant.ts'
import { serverFaults } from './server-faults.ts'

/** A way to break the code, which the simulation has to notice. */
export interface PlantedFault {
  readonly title: string
  readonly patches: readonly Patch[]
  /** @default 'normal' */
  readonly mode?: Mode
}

/** Every fault that is planted. */
export const faults: readonly PlantedFault[] = [...serverFaults, ...clientFaults]

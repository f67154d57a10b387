// All planted faults.
import { clientFaults } from './client-faults.ts'
import type { PlantedFault } from './fault.ts'
import { listFaults } from './list-faults.ts'
import { mergeFaults } from './merge-faults.ts'
import { pageFaults } from './page-faults.ts'
import { serverFaults } from './server-faults.ts'

export type { PlantedFault } from './fault.ts'

/** Every fault that is planted. */
export const faults: readonly PlantedFault[] = [...serverFaults, ...listFaults, ...clientFaults, ...mergeFaults, ...pageFaults]

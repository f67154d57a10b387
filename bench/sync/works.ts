// Lists the workloads of the sync suite in the order of the tables.
import { counting } from './counting.ts'
import type { Work } from './work.ts'
import { writing } from './writing.ts'

/** All that is done over the network, in the order of the tables. */
export const works: readonly Work[] = [...writing, ...counting]

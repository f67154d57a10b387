// All scenarios, by what each shows.
import { exclusive } from './exclusive.ts'
import { fate } from './fate.ts'
import { lists } from './lists.ts'
import { meetings } from './meetings.ts'
import { review } from './review.ts'
import { tabs } from './tabs.ts'

/** Scripts by what they show. */
export type Scenarios = Readonly<Record<string, string>>

/** Every scenario: a script that broke an invariant once, or would without the rule that it is named after. */
export const scenarios: Scenarios = { ...review, ...tabs, ...exclusive, ...fate, ...meetings, ...lists }

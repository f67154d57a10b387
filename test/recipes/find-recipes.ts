// Says whether the frameworks of examples/recipes are installed. They live in a folder of their own, so that no reader of the sources
// has to install them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../../scripts/doors.ts'

/** Returns whether they are installed. If CI is set they have to be. */
export function findRecipes(): boolean {
  const isHere = existsSync(join(root, 'examples/recipes/node_modules/fastify'))
  if (process.env.CI && !isHere) {
    throw new Error('Failed to set up the tests: CI is set and the recipes are not installed. Run npm install in examples/recipes.')
  }
  return isHere
}

// The floor with validation: what the least code that parses each value takes.
import * as z from 'zod'
import type { CreateStore } from '../store.ts'
import { createStore as createFloor } from './floor.ts'

/** The floor with one parse for each set: the least that validates. */
export const createStore: CreateStore = async (initial) => {
  const floor = await createFloor(initial)
  const schema = z.number()
  return { ...floor, set: (key, value) => floor.set(key, schema.parse(value)) }
}

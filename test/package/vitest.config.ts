import { defineConfig } from 'vitest/config'
import { root } from '../../scripts/doors.ts'

/** The checks of the package as npm would publish it; they pack, install and build, so they are no part of `npm test`. */
export default defineConfig({
  root,
  test: { name: 'package', include: ['test/package/**/*.test.ts'], fileParallelism: false, testTimeout: 300_000, hookTimeout: 300_000 },
})

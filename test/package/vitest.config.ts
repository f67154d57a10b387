// Configures `npm run check:package`, which packs and installs and so is no part of `npm test`.
import { defineConfig } from 'vitest/config'
import { root } from '../../scripts/doors.ts'

/** The checks of the package as npm would publish it; they pack, install and build, so they are no part of `npm test`. */
export default defineConfig({
  root,
  test: {
    name: 'package',
    include: ['test/package/**/*.test.ts'],
    globalSetup: 'test/package/install.ts',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})

// Configures the tests that Stryker runs against each mutant.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { doorAliases, root } from '../../scripts/doors.ts'

/** The folders of tests that a mutant is tried on, nearest to the code first: most mutants die in the first of them. */
const folders = ['cache', 'schema', 'server', 'simulation/scenarios', 'sync', 'scenarios', 'client', 'traps']

const rankOf = ({ moduleId }: TestSpecification): number =>
  folders.findIndex((folder) => moduleId.startsWith(join(root, 'test', folder, '/')))

class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

/** The tests that Stryker runs against the mutants: those that need neither a page, a process nor a file, and no more than seconds. */
export default defineConfig({
  resolve: { alias: doorAliases() },
  test: {
    setupFiles: [join(root, 'test/setup.ts')],
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    exclude: [
      'test/**/*.dom.test.ts',
      'test/sync/ten-thousand.test.ts',
      'test/server/{node,openapi,processes,protocol-doc,sqlite-store}.test.ts',
    ],
    // One worker for all files of a run: there are some thousand runs.
    isolate: false,
    // Two runs share the machine, and code with mutants is slower.
    testTimeout: 10_000,
    sequence: { sequencer: NearestFirst },
  },
})

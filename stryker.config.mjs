// Configures `npm run mutate`: which files are mutated and which tests judge the mutants.

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/{cache,schema,sync}/**/*.ts', 'src/server/{record,write}.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  // A file that is not there: Stryker would rewrite tsconfig.json by the compiler's JavaScript API, which TypeScript 7 has not.
  tsconfigFile: 'none',
  ignorePatterns: ['backends', 'bench', 'dist', 'examples'],
  concurrency: 2,
  // A machine that does other work makes slow mutants look like hanging ones, which count as killed: mutate on a calm one.
  timeoutFactor: 2,
  timeoutMS: 20_000,
  thresholds: { high: 90, low: 85, break: 85 },
  tempDirName: 'coverage/mutation-copy',
  reporters: ['clear-text', 'progress-append-only', 'json'],
  incrementalFile: 'coverage/mutation-incremental.json',
  jsonReporter: { fileName: 'coverage/mutation.json' },
}

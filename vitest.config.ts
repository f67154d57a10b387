import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Tests import the package by its public names; these aliases point them at the sources. */
const alias = [
  { find: /^sojourn$/, replacement: path('src/index.ts') },
  { find: 'sojourn/react', replacement: path('src/react/index.ts') },
  { find: 'sojourn/vue', replacement: path('src/vue/index.ts') },
  { find: 'sojourn/server/sqlite', replacement: path('src/server/stores/sqlite.ts') },
  { find: 'sojourn/server/node', replacement: path('src/server/node.ts') },
  { find: /^sojourn\/server$/, replacement: path('src/server/index.ts') },
  { find: 'sojourn/msw', replacement: path('mocks/index.ts') },
]

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/**/*.dom.test.{ts,tsx}', 'test/browser/**', 'test/package/**'],
          typecheck: { enabled: true, checker: path('node_modules/typescript/bin/tsc'), tsconfig: './tsconfig.json', include: ['test/**/*.test-d.{ts,tsx}'] },
        },
      },
      {
        extends: true,
        test: { name: 'happy-dom', environment: 'happy-dom', include: ['test/**/*.dom.test.{ts,tsx}'] },
      },
    ],
  },
})

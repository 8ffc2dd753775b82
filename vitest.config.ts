import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkippedTests } from './tools/skipped-tests.ts';

const packages = fileURLToPath(new URL('./packages/', import.meta.url));

/** Tests of a package run on its sources, so that they need no build; the integration tests use what was built. */
const sources = readdirSync(packages).flatMap(name => [
  { find: new RegExp(`^@shroom/${name}$`), replacement: `${packages}${name}/src/index.ts` },
  {
    find: new RegExp(`^@shroom/${name}/(\\w+)$`),
    replacement: `${packages}${name}/src/$1/index.ts`,
  },
]);

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    testTimeout: 30_000,
    reporters: [
      'default',
      new SkippedTests(),
      ...(process.env.CI
        ? [['json', { outputFile: 'node_modules/.cache/vitest.json' }] satisfies [string, object]]
        : []),
    ],
    projects: [
      {
        extends: true,
        resolve: { alias: sources },
        test: { name: 'packages', include: ['packages/*/test/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          globalSetup: './tools/test-folder.ts',
          include: ['{integration,examples,benchmarks}/test/**/*.test.ts'],
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});

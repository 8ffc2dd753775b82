import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, runProgram } from './program';

const program = join(root, 'examples/reproduce.ts');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-reproduce-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('both networks are trained in a folder each, and compared with what was published of the same photos alone', async () => {
  const size = ['--data', 'drawn', '--drawn', '6', '--size', '64', '--views', '1', '--epochs', '1'];
  const networks = ['--backbones', 'resnet50,resnet50_keras'];
  const { code, stderr } = await runProgram(program, [...size, ...networks, '--out', folder]);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/resnet50 +\d+\.\d %, .*resnet50_keras +\d+\.\d %, /s);
  expect(stderr).toContain('are not shown here');
  expect(stderr).not.toMatch(/published \d/);
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, runProgram } from './program';

const inspect = join(root, 'examples/inspect.ts');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-doctor-'));
  for (const name of ['Amanita', 'Boletus']) {
    await mkdir(join(folder, 'photos', name), { recursive: true });
    const noise = { type: 'gaussian', mean: 120, sigma: 60 } as const;
    const create = { width: 90, height: 80, channels: 3, background: '#000', noise } as const;
    await sharp({ create }).toFile(join(folder, 'photos', name, 'one.png'));
    await writeFile(join(folder, 'photos', name, 'broken.jpg'), 'nothing');
  }
  const copy = await readFile(join(folder, 'photos/Amanita/one.png'));
  await writeFile(join(folder, 'photos/Boletus/copy.png'), copy);
});
afterAll(() => rm(folder, { recursive: true }));

test('the data doctor tells what it found, and writes a page and JSON', async () => {
  const out = join(folder, 'inspection');
  const { code, stdout, stderr } = await runProgram(inspect, [
    join(folder, 'photos'),
    '--out',
    out,
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/unusable: Amanita\/broken\.jpg \(not a picture\)/);
  expect(stderr).toMatch(/conflicts +1 group in more than one class/);
  const found = JSON.parse(await readFile(join(out, 'inspection.json'), 'utf8'));
  expect(found.duplicates).toEqual([
    {
      kind: 'exact',
      photos: ['Amanita/one.png', 'Boletus/copy.png'],
      acrossClasses: true,
      acrossParts: false,
    },
  ]);
  expect(await readFile(join(out, 'index.html'), 'utf8')).toMatch(/at least one label is wrong/);
});

test('the data doctor explains its options', async () => {
  const { code, stdout } = await runProgram(inspect, ['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/--split <file>.*--out <folder>/s);
});

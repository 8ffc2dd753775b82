import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genera } from '@shroom/drawn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, runProgram } from './program';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-compose-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Softmax of the logits divided by a temperature. */
function softmax(logits: readonly number[], temperature: number): number[] {
  const most = Math.max(...logits);
  const powers = logits.map(value => Math.exp((value - most) / temperature));
  const sum = powers.reduce((total, each) => total + each, 0);
  return powers.map(each => each / sum);
}

test('the packages put together by hand say of each test photo what the main job says by the recipe reference', async () => {
  const small = ['--drawn', '8', '--size', '64', '--epochs', '3'];
  const run = join(folder, 'run');
  const [composed, whole] = [
    await runProgram(join(root, 'examples/compose-packages.ts'), [...small, '--json'], {
      cwd: folder,
    }),
    await runProgram(join(root, 'examples/train-mushrooms.ts'), [
      ...small,
      '--recipe',
      'reference',
      '--out',
      run,
    ]),
  ];
  expect(composed.code, composed.stderr).toBe(0);
  expect(whole.code, whole.stderr).toBe(0);
  expect(existsSync(join(folder, 'explained.png'))).toBe(true);

  const { photos, logits } = JSON.parse(composed.stdout) as { photos: string[]; logits: number[] };
  const file = JSON.parse(await readFile(join(run, 'classifier.json'), 'utf8'));
  const [{ temperature }] = file.certainty;
  const table = await readFile(join(run, 'predictions.csv'), 'utf8');
  const rows = table
    .trim()
    .split('\n')
    .slice(1)
    .map(row => row.split(','));
  expect(rows.map(([id]) => id)).toEqual(photos);
  expect(new Set(rows.map(([, , , prediction]) => prediction)).size).toBeGreaterThan(2);
  for (const [index, [id, , , prediction, , , , ...shares]] of rows.entries()) {
    const own = logits.slice(index * genera.length, (index + 1) * genera.length);
    expect(genera[own.indexOf(Math.max(...own))], id).toBe(prediction);
    const expected = softmax(own, temperature);
    for (const [k, share] of shares.entries()) expect(Number(share)).toBeCloseTo(expected[k]!, 5);
  }
});

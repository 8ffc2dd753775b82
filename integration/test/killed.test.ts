import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './program';

const program = join(root, 'integration/test/killed-training.ts');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-killed-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/**
 * Runs the training. Kills it without warning after `killAfter` steps, plus a delay that ends at an arbitrary point of the
 * next step.
 */
function run(args: readonly string[], killAfter = Number.POSITIVE_INFINITY, delay = 0) {
  return new Promise<{ signal: string | null; code: number | null; steps: number; told: string }>(
    (resolve, reject) => {
      const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
        cwd: join(root, 'examples'),
      });
      let steps = 0;
      let told = '';
      child.stdout.on('data', chunk => {
        steps += String(chunk).match(/step/g)?.length ?? 0;
        if (steps >= killAfter) setTimeout(() => child.kill('SIGKILL'), delay);
      });
      child.stderr.on('data', chunk => {
        told += chunk;
      });
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, steps, told }));
    },
  );
}

const files = async (out: string) =>
  Promise.all(
    ['last', 'best'].map(name => readFile(join(out, 'checkpoints', `${name}.safetensors`))),
  );

test.each([
  ['cpu', 'head', [1, 7]],
  ['ort', 'head', [2, 5, 9]],
  ['ort', 'stages', [8]],
] as const)(
  'on %s a training of the %s that is killed ends with the very same weights',
  async (engine, kind, kills) => {
    const whole = join(folder, `${engine}-${kind}-whole`);
    const outcome = await run([engine, kind, whole]);
    expect(outcome.code, outcome.told).toBe(0);
    expect(outcome.steps).toBe(3 * 5 + 2 * 4);

    const killed = join(folder, `${engine}-${kind}-killed`);
    for (const [index, steps] of kills.entries()) {
      const { signal, told } = await run([engine, kind, killed], steps, 7 * index);
      expect(signal, told).toBe('SIGKILL');
    }
    const last = await run([engine, kind, killed]);
    expect(last.code, last.told).toBe(0);
    expect(last.steps).toBeLessThan(outcome.steps);
    const [expected, found] = [await files(whole), await files(killed)];
    expect(found.map(bytes => bytes.equals(expected[found.indexOf(bytes)]!))).toEqual([true, true]);
  },
  120_000,
);

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { KeptMemory } from '../../src/runtime/memory';
import { loadNativeRuntime } from '../../src/runtime/native';

/** Runs a program in a process of its own: other threads than the main one have small heaps of their own in glibc. */
function program(name: string): number[] {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const args = ['--import', 'tsx', path];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as number[];
}

test.runIf(process.platform === 'linux')(
  'freed memory stays with the process, does not grow with the runs, and is given back',
  () => {
    const [faults, keptFaults, run, runs, afterwards] = program('repeated-runs.ts') as [
      number,
      number,
      number,
      number,
      number,
    ];
    // Not none: glibc does not find every block again, and what has gathered goes back now and then.
    expect(keptFaults).toBeLessThan(0.85 * faults);
    expect(runs).toBeLessThan(1.3 * run + 64e6);
    expect(afterwards).toBeLessThan(run);
  },
  120_000,
);

test('where memory cannot be kept, who asks for it is told', async () => {
  const options = { threads: 1, executionProviders: ['cpu'] };
  await loadNativeRuntime({ ...options, keepMemory: false });
  const { platform } = process;
  Object.defineProperty(process, 'platform', { value: 'plan9' });
  try {
    await expect(loadNativeRuntime({ ...options, keepMemory: true })).rejects.toThrow(
      /keepMemory is impossible: plan9 .*npm install koffi/,
    );
  } finally {
    Object.defineProperty(process, 'platform', { value: platform });
  }
});

test('compiling weights in takes less than five times their memory', () => {
  const [weights, growth] = program('compiled-weights.ts') as [number, number];
  expect(growth / weights).toBeLessThan(5);
});

test('a model with large weights is compiled with nothing kept', () => {
  let trims = 0;
  const memory = new KeptMemory(() => {
    trims++;
  });
  memory.beforeCompiling(1e6);
  expect(trims).toBe(0);
  memory.beforeCompiling(1e8);
  expect(trims).toBe(1);
});

test('memory that grows beyond what a run needs goes back', () => {
  let resident = 0;
  let trims = 0;
  const memory = new KeptMemory(
    () => {
      trims++;
    },
    () => resident,
  );
  const after = (bytes: number) => {
    resident = bytes;
    memory.afterRun();
    return trims;
  };
  // The first run shows what was there before; the second what is needed.
  expect(after(3e9)).toBe(1);
  expect(after(3e9)).toBe(1);
  expect(after(3.2e9)).toBe(1);
  expect(after(4e9)).toBe(2);
  expect(after(3e9)).toBe(2);
  // A larger job, and then both by turns.
  expect(after(6e9)).toBe(3);
  expect(after(6e9)).toBe(3);
  expect([after(3e9), after(6e9), after(3e9), after(6e9)]).toEqual([3, 3, 3, 3]);
});

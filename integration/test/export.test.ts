import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, runProgram } from './program';
import { untrainedRun } from './untrained';

const program = join(root, 'examples/export.ts');
const classes = ['Agaricus', 'Amanita', 'Boletus'];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-export-'));
  await untrainedRun(folder, classes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['float32', 1e-4],
  ['int8', 0.3],
] as const)(
  'a classifier is written as ONNX with %s weights, and says what that changes',
  async (weights, most) => {
    const file = join(folder, `${weights}.onnx`);
    const { code, stderr } = await runProgram(program, [
      '--model',
      folder,
      '--out',
      file,
      '--weights',
      weights,
    ]);
    expect(code, stderr).toBe(0);
    const change = Number(/change\s+(\S+) of the largest logit/.exec(stderr)?.[1]);
    expect(change).toBeLessThan(most);
    const bytes = await readFile(file);
    expect(bytes.includes(JSON.stringify(classes))).toBe(true);
    expect(bytes.includes('"channelOrder":"BGR"')).toBe(true);
    const session = await InferenceSession.create(bytes);
    const black = new Tensor('float32', new Float32Array(2 * 3 * 64 * 64), [2, 3, 64, 64]);
    const { logits, features } = await session.run({ images: black });
    expect(logits!.dims).toEqual([2, 3]);
    expect(features!.dims).toEqual([2, 2048, 2, 2]);
  },
);

test('the program says how it is used', async () => {
  const { code, stdout } = await runProgram(program, ['--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('--weights <kind>');
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { configureOrt, instructionSet, ortBackend } from '../src/index';
import { vectorsOf } from '../src/runtime/instruction-set';

test('the instructions are those that Linux names, whatever their order', () => {
  const intel =
    'model name\t: A\nflags\t\t: fpu sse4_2 avx512f fma avx2 avx512_vnni amx_tile ht\nflags\t: x\n';
  expect(vectorsOf(intel)).toBe('amx_tile avx2 avx512_vnni avx512f fma sse4_2');
  expect(vectorsOf('Features\t: fp asimd sve i8mm bf16 crc32\n')).toBe('asimd bf16 i8mm sve');
  expect(vectorsOf('')).toBe('');
});

test.runIf(process.platform === 'linux')('those of this processor are told', () => {
  const flags = readFileSync('/proc/cpuinfo', 'utf8').split(/\s+/);
  expect(instructionSet().startsWith(`${process.arch} `)).toBe(true);
  expect(instructionSet().includes('avx2')).toBe(flags.includes('avx2'));
});

test('the identity of the backend names both versions, and changes with what changes bits', async () => {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json');
  const own = createRequire(import.meta.url)('../package.json').version;
  await setBackend('ort');
  const { identity } = ortBackend()!;
  expect(identity).toBe(
    `backend-ort ${own}, onnxruntime-node ${version}, cpu, ${instructionSet()}, weights compiled in`,
  );
  configureOrt({ compileWeights: false });
  await setBackend('ort');
  expect(ortBackend()!.identity).not.toBe(identity);
  configureOrt({ runtime: 'web' });
  await setBackend('ort');
  expect(ortBackend()!.identity).toMatch(/onnxruntime-web [0-9.]+, wasm, weights compiled in$/);
});

import { describe, expect, test } from 'vitest';
import {
  type Checkpoint,
  readSafetensors,
  SafetensorsError,
  safetensorsChunks,
} from '../src/index';

/** A file with a header as given. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return new Uint8Array(Buffer.concat([prefix, json, data]));
}

const checkpoint: Checkpoint = new Map([
  ['b', { shape: [2, 1], read: async () => Float32Array.of(1, 2) }],
  ['a', { shape: [], read: async () => Float32Array.of(3) }],
]);

async function written(metadata?: Record<string, string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of safetensorsChunks(checkpoint, metadata)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

test('a written file can be read', async () => {
  const { checkpoint: back, metadata } = readSafetensors(await written({ epoch: '3' }));
  expect(metadata).toEqual({ epoch: '3' });
  expect([...back.keys()]).toEqual(['b', 'a']);
  expect(back.get('b')!.shape).toEqual([2, 1]);
  expect(await back.get('b')!.read()).toEqual(Float32Array.of(1, 2));
  expect(await back.get('a')!.read()).toEqual(Float32Array.of(3));
});

test('tensors begin at a multiple of eight bytes, and are not copied', async () => {
  const bytes = await written();
  expect(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) % 8n).toBe(0n);
  const values = await readSafetensors(bytes).checkpoint.get('b')!.read();
  expect(values.buffer).toBe(bytes.buffer);
});

test('16-bit numbers are converted, and counters are refused only when they are read', async () => {
  const header = {
    half: { dtype: 'F16', shape: [1], data_offsets: [0, 2] },
    brain: { dtype: 'BF16', shape: [1], data_offsets: [2, 4] },
    count: { dtype: 'I64', shape: [], data_offsets: [4, 12] },
  };
  const { checkpoint: back } = readSafetensors(
    fileOf(header, Uint8Array.of(0, 0x3e, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0)),
  );
  expect([...(await back.get('half')!.read())]).toEqual([1.5]);
  expect([...(await back.get('brain')!.read())]).toEqual([1.5]);
  await expect(back.get('count')!.read()).rejects.toThrow(/'count' is I64/);
});

describe('a file is refused', () => {
  const two = new Uint8Array(8);
  const entry = (start: number, end: number) => ({
    dtype: 'F32',
    shape: [1],
    data_offsets: [start, end],
  });
  const huge = fileOf('{}');
  new DataView(huge.buffer).setBigUint64(0, 1n << 60n, true);

  test.each([
    ['that is empty', new Uint8Array(0), /it has only 0 bytes/],
    ['that claims a huge header', huge, /its header would have 1152921504606846976 bytes/],
    ['that ends within its header', fileOf('{}').subarray(0, 9), /ends within its header/],
    ['whose header is no JSON', fileOf('{"a'), /should have a string at character 1/],
    ['whose header is a list', fileOf([]), /not a JSON object/],
    ['with a gap', fileOf({ a: entry(4, 8) }, two), /'a' should begin at byte/],
    [
      'with an overlap',
      fileOf({ a: entry(0, 4), b: entry(0, 4) }, two),
      /'b' should begin at byte/,
    ],
    ['that is cut', fileOf({ a: entry(0, 4) }), /'a' would end at byte/],
    ['that is too long', fileOf({ a: entry(0, 4) }, two), /its tensors end at byte/],
    ['with a wrong size', fileOf({ a: entry(0, 8) }, two), /should have 4 bytes, not 8/],
    ['with a negative offset', fileOf({ a: entry(-4, 0) }, two), /should have a whole number/],
    ['with an entry of null', fileOf({ a: null }), /should have '{' at character/],
  ])('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

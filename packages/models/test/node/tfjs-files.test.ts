import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseTfjsModel, TfjsWeightsError } from '../../src/index';
import { openWeights, readTfjsModel } from '../../src/node/index';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-tfjs-'));
  await mkdir(join(folder, 'model'));
  path = join(folder, 'model', 'model.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const weights = [
  { name: 'kernel', shape: [2, 3], dtype: 'float32' },
  { name: 'bias', shape: [3], dtype: 'float32' },
];
const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9).buffer);

interface Given {
  readonly paths?: readonly string[];
  readonly weights?: readonly object[];
  readonly shards?: Readonly<Record<string, Uint8Array>>;
}

async function put({ paths = ['a.bin', 'b.bin'], shards, ...more }: Given = {}) {
  const manifest = [{ paths, weights: more.weights ?? weights }];
  const json = { modelTopology: { model_config: {} }, weightsManifest: manifest };
  await writeFile(path, JSON.stringify(json));
  const files = shards ?? { 'a.bin': bytes.subarray(0, 10), 'b.bin': bytes.subarray(10) };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, 'model', name), content);
}

const failure = async (): Promise<Error> => {
  const [model, opened] = await Promise.all(
    [() => readTfjsModel(path), () => openWeights(path)].map(work =>
      work().then(
        () => new Error('it worked'),
        (error: Error) => error,
      ),
    ),
  );
  for (const error of [model!, opened!]) {
    expect(error).toBeInstanceOf(TfjsWeightsError);
    expect((error as TfjsWeightsError).source).toBe(path);
  }
  return model!;
};

test('a model that TensorFlow.js wrote is read, and computes the same', async () => {
  const model = sequential({ layers: [layers.dense({ units: 4, inputShape: [3], name: 'd' })] });
  const images = tensor([1, 2, 3], [1, 3]);
  const expected = Array.from((model.predict(images) as Tensor).dataSync());
  await model.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const data = new Uint8Array(weightData as ArrayBuffer);
      await writeFile(
        path,
        JSON.stringify({
          format: 'layers-model',
          modelTopology,
          weightsManifest: [{ paths: ['1.bin', '2.bin'], weights: weightSpecs }],
        }),
      );
      await writeFile(join(folder, 'model/1.bin'), data.subarray(0, 7));
      await writeFile(join(folder, 'model/2.bin'), data.subarray(7));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
    }),
  );
  model.dispose();
  const read = await readTfjsModel(path);
  expect(read.format).toBe('layers-model');
  const again = await loadLayersModel(io.fromMemory(read));
  expect(Array.from((again.predict(images) as Tensor).dataSync())).toEqual(expected);
  again.dispose();
  expect(memory().numTensors).toBeGreaterThan(0);
});

describe('only files beside the model.json are read, not', () => {
  test.each([
    '../secret.bin',
    '..',
    '.',
    '/etc/passwd',
    'sub/a.bin',
    './a.bin',
    'https://example.org/a.bin',
    'file:///etc/passwd',
    'data:text/plain,abc',
    'C:\\a.bin',
    'C:a.bin',
    '..\\secret.bin',
    '..%2fsecret.bin',
    '%2e%2e',
    '%252e%252e%252fsecret.bin',
    'a%2fb.bin',
    'a\0.bin',
    '',
    ' ',
  ])('%j', async name => {
    await writeFile(join(folder, 'secret.bin'), bytes);
    await mkdir(join(folder, 'model/sub'));
    await writeFile(join(folder, 'model/sub/a.bin'), bytes);
    await put({ paths: [name], shards: {} });
    expect((await failure()).message).toMatch(/only files beside it are read/);
    const text = JSON.stringify({ weightsManifest: [{ paths: [name], weights }] });
    expect(() => parseTfjsModel(text)).toThrow(TfjsWeightsError);
  });

  test('one that is named twice, missing, a folder, or a link in circles', async () => {
    await put({ paths: ['a.bin', 'a.bin'] });
    expect((await failure()).message).toMatch(/names the weights "a\.bin" twice/);
    await put({ paths: ['a.bin', 'c.bin'] });
    expect((await failure()).message).toMatch(/c\.bin, which are not beside it/);
    await mkdir(join(folder, 'model/d.bin'));
    await put({ paths: ['d.bin'] });
    expect((await failure()).message).toMatch(/d\.bin, which are not beside it/);
    await symlink('e.bin', join(folder, 'model/e.bin'));
    await put({ paths: ['e.bin'] });
    expect((await failure()).message).toMatch(/e\.bin, which are not beside it/);
  });

  test('names with dots and spaces are allowed', async () => {
    await put({ paths: ['group 1-shard1of1..bin'], shards: { 'group 1-shard1of1..bin': bytes } });
    expect((await readTfjsModel(path)).weightData).toEqual(bytes.buffer);
  });
});

describe('the length must be the one that is stated:', () => {
  test.each([
    ['a byte too few', bytes.subarray(10, 35), 35],
    ['a byte too many', new Uint8Array(27), 37],
    ['nothing', new Uint8Array(), 10],
  ])('%s', async (_, second, total) => {
    await put({ shards: { 'a.bin': bytes.subarray(0, 10), 'b.bin': second } });
    expect((await failure()).message).toBe(
      `${path}: a.bin, b.bin should have 36 bytes for 2 tensors, but ${total} were found. The weights are cut short, or of another model.`,
    );
  });

  test('of each group by itself', async () => {
    const group = (name: string, entry: object) => ({ paths: [name], weights: [entry] });
    const weightsManifest = [group('a.bin', weights[0]!), group('b.bin', weights[1]!)];
    await put();
    await writeFile(path, JSON.stringify({ modelTopology: {}, weightsManifest }));
    expect((await failure()).message).toMatch(
      /a\.bin should have 24 bytes for 1 tensors, but 10 were found/,
    );
  });

  test('more bytes than fit into memory are not allocated', async () => {
    const huge = [{ name: 'kernel', shape: [2 ** 20, 2 ** 20], dtype: 'float32' }];
    await put({ weights: huge });
    expect((await failure()).message).toMatch(/should have 4398046511104 bytes/);
  });

  test.each([
    ['float16', 2],
    ['uint8', 1],
    ['uint16', 2],
  ])('stored as %s', async (dtype, size) => {
    const quantization = { dtype, scale: 0.5, min: -1 };
    const entry = { name: 'kernel', shape: [2, 3], dtype: 'float32', quantization };
    await put({
      weights: [entry],
      paths: ['q.bin'],
      shards: { 'q.bin': new Uint8Array(6 * size) },
    });
    expect((await readTfjsModel(path)).weightData.byteLength).toBe(6 * size);
    await put({ weights: [entry], paths: ['q.bin'], shards: { 'q.bin': new Uint8Array(24) } });
    await expect(readTfjsModel(path)).rejects.toThrow(/should have \d+ bytes for 1 tensors/);
  });

  test('texts, whose lengths the files tell', async () => {
    const entry = { name: 'vocabulary', shape: [2], dtype: 'string' };
    const texts = Uint8Array.of(1, 0, 0, 0, 65, 2, 0, 0, 0, 66, 67);
    const given = { weights: [entry], paths: ['t.bin'] };
    await put({ ...given, shards: { 't.bin': texts } });
    expect((await readTfjsModel(path)).weightData.byteLength).toBe(11);
    await put({ ...given, shards: { 't.bin': texts.subarray(0, 10) } });
    await expect(readTfjsModel(path)).rejects.toThrow(/should end at byte 11, and end at 10/);
    await put({ ...given, shards: { 't.bin': texts.subarray(0, 7) } });
    await expect(readTfjsModel(path)).rejects.toThrow(/'vocabulary' is cut short/);
  });
});

describe('an invalid manifest is refused:', () => {
  test.each<[object, RegExp]>([
    [{ name: 'kernel', shape: [-1, 3], dtype: 'float32' }, /shape \[-1,3\]/],
    [{ name: 'kernel', shape: [1.5], dtype: 'float32' }, /shape \[1\.5\]/],
    [{ name: 'kernel', shape: ['2'], dtype: 'float32' }, /shape \[2\]/],
    [{ name: 'kernel', shape: [2 ** 30, 2 ** 30], dtype: 'float32' }, /is not a list of integers/],
    [{ name: 'kernel', shape: [1], dtype: 'float64' }, /is of type "float64"/],
    [
      { name: '__proto__', shape: [9], dtype: 'float32' },
      /'__proto__' is not a valid name of a tensor/,
    ],
    [{ name: '', shape: [9], dtype: 'float32' }, /'' is not a valid name of a tensor/],
    [
      { name: 'k', shape: [9], dtype: 'float32', quantization: { dtype: 'uint4' } },
      /stored as "uint4"/,
    ],
    [
      { name: 'k', shape: [9], dtype: 'float32', quantization: { dtype: 'uint8', min: 0 } },
      /without a scale/,
    ],
    [
      { name: 'k', shape: [9], dtype: 'string', quantization: { dtype: 'uint8' } },
      /is string, stored as/,
    ],
  ])('%j', async (entry, message) => {
    await put({ weights: [entry] });
    expect((await failure()).message).toMatch(message);
  });

  test('two tensors of one name', async () => {
    await put({ weights: [weights[0]!, weights[0]!] });
    expect((await failure()).message).toMatch(/names two tensors 'kernel'/);
  });

  test.each(['', 'null', '[]', '{}', '{"weightsManifest": {}}', '{"weightsManifest": [null]}'])(
    'a file of %j',
    async text => {
      await writeFile(path, text);
      expect((await failure()).message).toMatch(/is not a model\.json of tfjs/);
    },
  );

  test('or none is there', async () => {
    await expect(readTfjsModel(path)).rejects.toThrow(/there is no such model\.json/);
    await expect(openWeights(path)).rejects.toMatchObject({ fault: 'missing' });
  });

  test('or one without a network', async () => {
    await writeFile(path, JSON.stringify({ weightsManifest: [] }));
    await expect(readTfjsModel(path)).rejects.toThrow(/it has no modelTopology/);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '@shroom/data';
import {
  decodeNpy,
  decodeSafetensors,
  encodeNpy,
  encodeSafetensors,
  FormatError,
  toFloat32,
} from '@shroom/formats';
import { checkpointOf, loadWeights, WeightsMismatchError } from '@shroom/models';
import { openSafetensors, writeSafetensors } from '@shroom/models/node';
import { CheckpointMismatchError, loadCheckpoint, saveCheckpoint } from '@shroom/train/node';
import { memory } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { damage } from './mutations';
import { saidByNpy, saidBySafetensors } from './oracle';

/** A reader, and a check that it keeps its promise for one file. */
interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  readonly headerOf: (bytes: Uint8Array) => readonly [number, number];
  readonly withLength: (bytes: Uint8Array, length: number) => void;
  /** @returns Whether the file was accepted. @throws Error when the reader breaks its promise. */
  check(bytes: Uint8Array): Promise<boolean>;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function classifier(): LayersModel {
  return sequential({
    layers: [
      layers.dense({ inputShape: [3], units: 4, name: 'hidden', biasInitializer: 'ones' }),
      layers.dense({ units: 2, name: 'logits', biasInitializer: 'ones' }),
    ],
  });
}

async function weightsOf(model: LayersModel): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const weight of model.weights) {
    const values = (await weight.read().data()) as Float32Array;
    found.set(weight.originalName, Float32Array.from(values));
  }
  return found;
}

const same = (a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): boolean =>
  a.length === b.length && Array.from(a).every((value, k) => Object.is(value, b[k]));

/** Runs a reader. @returns the error with which it refused the file, if it did. */
async function refusal(
  read: () => unknown,
  isTyped: (error: Error) => boolean,
): Promise<Error | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (isTyped(error as Error)) return error as Error;
    throw new Error('the file was refused with an error of another kind', { cause: error });
  }
}

/** Checks that a refused file leaves the model unchanged, and that after an accepted file the model holds its numbers. */
function modelTarget(
  name: string,
  seeds: readonly Uint8Array[],
  load: (model: LayersModel, bytes: Uint8Array) => Promise<unknown>,
  isTyped: (error: Error) => boolean,
): Target {
  const model = classifier();
  const check = async (bytes: Uint8Array) => {
    const before = await weightsOf(model);
    const tensors = memory().numTensors;
    const error = await refusal(() => load(model, bytes), isTyped);
    const after = await weightsOf(model);
    if (memory().numTensors !== tensors) throw new Error('tensors were left behind');
    const said = error ? undefined : saidBySafetensors(bytes);
    for (const [weight, values] of after) {
      const expected = said ? said.get(weight)!.values : before.get(weight)!;
      if (!same(values, expected))
        throw new Error(`'${weight}' is ${values}, it should be ${expected}: ${error?.message}`);
    }
    return error === undefined;
  };
  return { name, seeds, ...safetensors, check };
}

const safetensors = {
  headerOf: (bytes: Uint8Array) => [8, 8 + Number(viewOf(bytes).getBigUint64(0, true))] as const,
  withLength: (bytes: Uint8Array, length: number) =>
    viewOf(bytes).setBigUint64(0, BigInt(length), true),
};

/** All readers of tensor files, each with valid files that are damaged later. */
async function targetsIn(folder: string): Promise<readonly Target[]> {
  const path = join(folder, 'weights.safetensors');
  const source = classifier();
  await saveCheckpoint(path, source, { epoch: '3', validationLoss: '0.25' });
  const saved = new Uint8Array(await readFile(path));
  await writeSafetensors(path, checkpointOf(source));
  const written = new Uint8Array(await readFile(path));
  const mixed = encodeSafetensors(
    new Map([
      ['doubles', { shape: [2], values: Float64Array.of(0.1, 1e300) }],
      ['floats', { shape: [2, 3], values: Float32Array.of(1, -2, 3, -4, 5, 0.1) }],
      ['scalar', { shape: [], values: Float32Array.of(7) }],
      ['none', { shape: [0, 3], values: new Float32Array(0) }],
      ['counts', { shape: [2], values: Int32Array.of(1, 2) }],
      ['short', { shape: [3], values: Uint16Array.of(0x3c00, 0x7e01, 5) }],
    ]),
    { format: 'pt' },
  );
  // Uses 16-bit floats instead of integers.
  const half = new Uint8Array(Buffer.from(mixed).toString('latin1').length);
  half.set(Buffer.from(Buffer.from(mixed).toString('latin1').replace('"U16"', '"F16"'), 'latin1'));
  const isFormat = (error: Error) => error instanceof FormatError && error.source === path;
  const put = async (bytes: Uint8Array) => writeFile(path, bytes);
  return [
    modelTarget(
      'checkpoint of @shroom/train',
      [saved, written],
      async (model, bytes) => {
        await put(bytes);
        await loadCheckpoint(path, model);
      },
      error =>
        isFormat(error) ||
        (error instanceof CheckpointMismatchError && error.message.startsWith(path)),
    ),
    modelTarget(
      'weights of @shroom/models',
      [written, saved],
      async (model, bytes) => {
        await put(bytes);
        const { checkpoint, close } = await openSafetensors(path);
        await loadWeights(model, checkpoint).finally(close);
      },
      error => isFormat(error) || error instanceof WeightsMismatchError,
    ),
    {
      name: 'safetensors',
      seeds: [saved, mixed, half],
      ...safetensors,
      check: async bytes => {
        let read: ReturnType<typeof decodeSafetensors> | undefined;
        const decode = () => {
          read = decodeSafetensors(bytes, { source: path });
        };
        if ((await refusal(decode, isFormat)) || !read) return false;
        const said = saidBySafetensors(bytes);
        if (String([...said.keys()].sort()) !== String([...read.tensors.keys()].sort()))
          throw new Error('it has tensors of other names');
        for (const [name, tensor] of read.tensors) {
          let values: Float32Array | undefined;
          const convert = () => {
            values = toFloat32(tensor.bytes, tensor, { source: path });
          };
          if (await refusal(convert, isFormat)) continue;
          if (!same(tensor.shape, said.get(name)!.shape) || !same(values!, said.get(name)!.values))
            throw new Error(`'${name}' is ${values}, it should be ${said.get(name)!.values}`);
        }
        return true;
      },
    },
    {
      name: 'npy',
      seeds: [
        encodeNpy({ shape: [2, 3], values: Float32Array.of(1, -2, 3, -4, 5, 0.1) }),
        encodeNpy({ shape: [4], values: BigInt64Array.of(1n, -2n, 3n, -4n) }),
        encodeNpy({ shape: [], values: Float64Array.of(0.1) }),
        encodeNpy({ shape: [3, 0], values: new Uint8Array(0) }),
      ],
      headerOf: bytes => [10, 10 + viewOf(bytes).getUint16(8, true)],
      withLength: (bytes, length) => {
        if (bytes.length > 10) viewOf(bytes).setUint16(8, length, true);
      },
      check: async bytes => {
        let read: ReturnType<typeof decodeNpy> | undefined;
        const decode = () => {
          read = decodeNpy(bytes, { source: path });
        };
        if ((await refusal(decode, isFormat)) || !read) return false;
        const said = saidByNpy(bytes);
        if (!same(read.shape, said.shape) || !same(read.values, said.values))
          throw new Error(`it is [${read.shape}] ${read.values}, it should be ${said.values}`);
        return true;
      },
    },
  ];
}

/** The results for one reader. */
export interface FuzzReport {
  readonly name: string;
  readonly cases: number;
  /** Number of files that were accepted with the correct values. The others were refused. */
  readonly taken: number;
  /** Milliseconds for the slowest file. */
  readonly slowest: number;
}

/**
 * Damages files in many ways and lets every reader read them.
 *
 * @param cases Number of damaged files for each reader.
 * @param onCase Called before each file is read.
 * @throws Error naming the reader, the case and the damage, when a reader breaks its promise.
 */
export async function fuzzFormats(
  cases: number,
  seed = 0,
  onCase: (index: number) => void = () => {},
): Promise<readonly FuzzReport[]> {
  const folder = await mkdtemp(join(tmpdir(), 'shroom-damaged-'));
  try {
    const reports: FuzzReport[] = [];
    for (const target of await targetsIn(folder)) {
      for (const bytes of target.seeds) await target.check(bytes);
      let [taken, slowest] = [0, 0];
      for (let index = 0; index < cases; index++) {
        const random = randomStream('damaged files', target.name, seed, index);
        const whole = target.seeds[random.below(target.seeds.length)]!;
        const { kind, bytes } = damage(whole, target.headerOf(whole), target.withLength, random);
        onCase(index);
        const begin = performance.now();
        try {
          if (await target.check(bytes)) taken += 1;
        } catch (cause) {
          const text = Buffer.from(bytes).toString('latin1');
          const { message } = cause as Error;
          throw new Error(
            `${target.name}, case ${index} of seed ${seed} (${kind}): ${message}\n${JSON.stringify(text)}`,
            { cause },
          );
        }
        slowest = Math.max(slowest, performance.now() - begin);
      }
      reports.push({ name: target.name, cases, taken, slowest });
    }
    return reports;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

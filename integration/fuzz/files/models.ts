import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openWeights, readTfjsModel } from '@shroom/models/node';
import { io, memory, type Tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { openModel } from '../../../examples/pipeline/model-file';
import { damageBytes, damageJson, type Random } from './damage';
import { type FileTarget, refusal } from './target';

interface Seed {
  readonly json: string;
  readonly shards: readonly Uint8Array[];
}

/** The files of one model of each kind, as TensorFlow.js writes them. */
async function layersSeed(): Promise<Seed> {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [5, 5, 3], filters: 2, kernelSize: 3, name: 'conv' }),
      layers.globalAveragePooling2d({ name: 'pool' }),
      layers.dense({ units: 2, name: 'logits', biasInitializer: 'ones' }),
    ],
  });
  let seed: Seed | undefined;
  await model.save(
    io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const data = new Uint8Array(weightData as ArrayBuffer);
      const weightsManifest = [{ paths: ['1.bin', '2.bin'], weights: weightSpecs }];
      seed = {
        json: JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
        shards: [data.slice(0, 50), data.slice(50)],
      };
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    }),
  );
  model.dispose();
  return seed!;
}

function graphSeed(): Seed {
  const type = { type: 'DT_FLOAT' };
  const shape = (...sizes: number[]) => ({
    shape: { dim: sizes.map(size => ({ size: String(size) })) },
  });
  const node = [
    { name: 'images', op: 'Placeholder', attr: { dtype: type, shape: shape(-1, 4, 4, 3) } },
    {
      name: 'kernel',
      op: 'Const',
      attr: {
        dtype: type,
        value: { tensor: { dtype: 'DT_FLOAT', tensorShape: shape(1, 1, 3, 2).shape } },
      },
    },
    {
      name: 'conv',
      op: 'Conv2D',
      input: ['images', 'kernel'],
      attr: {
        T: type,
        strides: { list: { i: ['1', '1', '1', '1'] } },
        dilations: { list: { i: ['1', '1', '1', '1'] } },
        padding: { s: Buffer.from('SAME').toString('base64') },
        data_format: { s: Buffer.from('NHWC').toString('base64') },
      },
    },
    { name: 'Identity', op: 'Identity', input: ['conv'], attr: { T: type } },
  ];
  const quantization = { dtype: 'uint8', scale: 0.5, min: -1 };
  const weights = [{ name: 'kernel', shape: [1, 1, 3, 2], dtype: 'float32', quantization }];
  return {
    json: JSON.stringify({
      format: 'graph-model',
      modelTopology: { node, library: {}, versions: { producer: 1 } },
      weightsManifest: [{ paths: ['1.bin'], weights }],
    }),
    shards: [Uint8Array.of(0, 1, 2, 3, 4, 5)],
  };
}

/** A `model.json` and its weights. An input consists of both, each after its length. */
export async function modelTarget(folder: string): Promise<FileTarget> {
  const seeds = [await layersSeed(), graphSeed()];
  const path = join(folder, 'model.json');
  return {
    damage(random: Random) {
      const { json, shards } = seeds[random.below(seeds.length)]!;
      const how = random.below(4);
      const text =
        how === 0
          ? json
          : how === 1
            ? damageBytes(Buffer.from(json), random)
            : Buffer.from(damageJson(json, random));
      const files = shards.map(shard =>
        how === 0 && random.below(2) ? damageBytes(shard, random) : shard,
      );
      return pack([Buffer.from(text), ...files]);
    },
    async check(input) {
      const [text, ...shards] = unpack(input);
      await writeFile(path, text!);
      for (const [k, shard] of shards.entries())
        await writeFile(join(folder, `${k + 1}.bin`), shard);
      const held = memory().numTensors;
      const format = 'TfjsWeightsError';
      await refusal(async () => (await openWeights(path)).close(), format, 'ElementTypeError');
      const refused = await refusal(() => readTfjsModel(path), format);
      const open = async () => (await openModel(path)).dispose();
      const opened = await refusal(open, format, 'ModelFileError');
      if (refused && !opened)
        throw new Error(`openModel accepted what was refused: ${refused.message}`);
      const isTaken =
        refused === undefined && (await isRight(path, Buffer.from(text!).toString(), shards));
      if (memory().numTensors > held + 500) throw new Error('tensors were left behind');
      return isTaken;
    },
  };
}

/** Whether TensorFlow.js can build the network. If so, its weights have to be those in the files. */
async function isRight(
  path: string,
  text: string,
  shards: readonly Uint8Array[],
): Promise<boolean> {
  const artifacts = await readTfjsModel(path);
  const isGraph = artifacts.format === 'graph-model' || 'node' in artifacts.modelTopology;
  const weights = new Map<string, Tensor>();
  let dispose: () => void;
  try {
    if (isGraph) {
      const model = await loadGraphModel(io.fromMemory(artifacts));
      for (const [name, [tensor]] of Object.entries(model.weights)) weights.set(name, tensor!);
      dispose = () => model.dispose();
    } else {
      const model = await loadLayersModel(io.fromMemory(artifacts));
      for (const weight of model.weights) weights.set(weight.originalName, weight.read());
      dispose = () => model.dispose();
    }
  } catch {
    // TensorFlow.js reports models that it cannot build; `openModel` turns that into a named error, which was checked
    // above.
    return false;
  }
  const said = saidBy(text, shards);
  // A layer with a constraint on its weights changes the stored weights.
  const isConstrained = /_constraint":(?!null)/.test(text);
  for (const [name, tensor] of weights) {
    const expected = said.get(name);
    const found = Array.from(await tensor.data());
    const same =
      expected?.length === found.length && found.every((value, k) => Object.is(value, expected[k]));
    if (!same && !isConstrained)
      throw new Error(`'${name}' is ${found}, the files say ${expected}`);
  }
  dispose();
  return true;
}

/** The numbers of each tensor, read by a short program without any checks. */
function saidBy(text: string, shards: readonly Uint8Array[]): ReadonlyMap<string, number[]> {
  const { weightsManifest } = JSON.parse(text) as io.ModelJSON;
  const paths = weightsManifest.flatMap(group => group.paths);
  const bytes = Buffer.concat(paths.map(name => shards[Number.parseInt(name, 10) - 1]!));
  let at = 0;
  return new Map(
    weightsManifest
      .flatMap(group => group.weights)
      .map(({ name, shape, dtype, quantization }) => {
        const count = shape.reduce((all, side) => all * side, 1);
        const values = Array.from({ length: count }, () => {
          switch (quantization?.dtype ?? dtype) {
            case 'uint8':
            case 'uint16': {
              const size = quantization!.dtype === 'uint8' ? 1 : 2;
              const stored = bytes.readUIntLE(at, size);
              at += size;
              const value = stored * quantization!.scale! + quantization!.min!;
              return dtype === 'float32' ? Math.fround(value) : Math.round(value);
            }
            case 'float16':
              at += 2;
              return half(bytes.readUInt16LE(at - 2));
            case 'int32':
              at += 4;
              return bytes.readInt32LE(at - 4);
            case 'bool':
              return bytes[at++]!;
            default:
              at += 4;
              return bytes.readFloatLE(at - 4);
          }
        });
        return [name, values];
      }),
  );
}

function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : fraction * 2 ** -24);
}

function pack(files: readonly Uint8Array[]): Uint8Array {
  const lengths = Buffer.alloc(1 + 4 * files.length, files.length);
  for (const [k, { length }] of files.entries()) lengths.writeUInt32LE(length, 1 + 4 * k);
  return new Uint8Array(Buffer.concat([lengths, ...files]));
}

function unpack(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes);
  let at = 1 + 4 * view[0]!;
  return Array.from({ length: view[0]! }, (_, k) => {
    const length = view.readUInt32LE(1 + 4 * k);
    at += length;
    return bytes.slice(at - length, at);
  });
}

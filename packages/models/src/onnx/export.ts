import type { Dimension } from '@shroom/formats';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Preprocessing } from '../preprocessing';
import { NetworkWriter, outputOf, type Padding, type Value } from '../writing/network-writer';
import { type ExternalData, outside } from './external-data';
import { OnnxModel } from './model';
import { operators } from './operators';
import { requirePrecision, type WeightPrecision } from './weights';

export interface OnnxOptions {
  /**
   * Names of outputs, and the layers that compute them: `{ logits: 'fc', features: 'layer4.2.relu' }`.
   * Default: the network's output, named `output`.
   */
  readonly outputs?: Readonly<Record<string, string>>;
  /** How the weights of convolutions and dense layers are stored. They are computed with in 32 bits. Default `'float32'`. */
  readonly weights?: WeightPrecision;
  /** Names of the logits, stored in the file's metadata as a JSON list under `classes`. */
  readonly classes?: readonly string[];
  /** How images become the input, stored in the file's metadata as JSON under `preprocessing`. */
  readonly preprocessing?: Preprocessing;
  /** Name of the input. Default `images`. */
  readonly input?: string;
  /** Further texts for the file's metadata, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Where large weights go if the network does not fit into one file. Default: such a network is refused. */
  readonly external?: ExternalData;
}

/**
 * Exports a network as the bytes of an ONNX file, for inference: batch norms use their running averages, and dropout does nothing. The
 * input `images` is `[N, 3, H, W]`, as in PyTorch, and feature maps among the outputs are `[N, C, H, W]`.
 *
 * @throws Error with the name of a layer that cannot be written, of two layers that share a name, or of
 * an output that the network does not have.
 * @throws RangeError when the file would be larger than 2 GiB, and `external` is not given.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const outputs = { logits: 'fc', features: 'layer4.2.relu' };
 * const file = await exportOnnx(model, { outputs, weights: 'float16', classes: classNames });
 * await writeFile('resnet50.onnx', file);
 * ```
 */
export async function exportOnnx(
  network: LayersModel,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  const { outputs = { output: undefined }, weights = 'float32', classes, preprocessing } = options;
  const { input = 'images', metadata = {}, external } = options;
  requirePrecision(weights);
  const bytes = network.countParams() * { float32: 4, float16: 2, int8: 1 }[weights];
  const file = external && bytes > (external.above ?? 2e9) ? outside(external) : undefined;
  const onnx = new OnnxModel(file?.beside);
  const [images] = network.inputs;
  const wanted = Object.entries(outputs).map(([name, layer]) => {
    const tensor = layer === undefined ? network.outputs[0]! : outputOf(network, layer);
    return { name, tensor };
  });
  onnx.input(input, asOnnx(images!.shape));
  const writer = new NetworkWriter({
    name: 'ONNX',
    operators,
    own: { onnx, precision: weights },
    pad: (source, padding) => padded(onnx, source, padding),
    written: file?.written,
  });
  await writer.write(
    new Map([[images!, { name: input, shape: images!.shape }]]),
    wanted.map(({ tensor }) => tensor),
  );
  for (const { name, tensor } of wanted) {
    onnx.add('Identity', [writer.read(tensor).name], {}, name);
    onnx.output(name, asOnnx(tensor.shape));
  }
  if (classes) onnx.describe('classes', JSON.stringify(classes));
  if (preprocessing) onnx.describe('preprocessing', JSON.stringify(preprocessing));
  for (const [key, value] of Object.entries(metadata)) onnx.describe(key, value);
  return onnx.toBytes();
}

export function padded(onnx: OnnxModel, source: Value, padding: Padding): string {
  const [top, left, bottom, right] = padding;
  const sides = BigInt64Array.from([0, 0, top, left, 0, 0, bottom, right], BigInt);
  const pads = onnx.constant(`zeros ${padding}`, 'int64', [8], sides);
  return onnx.add('Pad', [source.name, pads]);
}

/** Converts a shape `[N, H, W, C]`, where `null` means any length, to `[N, C, H, W]` with named lengths. */
export function asOnnx(shape: readonly (number | null)[]): Dimension[] {
  if (shape.length !== 4) return shape.map((side, axis) => side ?? (axis === 0 ? 'N' : `d${axis}`));
  const [count, height, width, channels] = shape;
  return [count ?? 'N', channels ?? 'channels', height ?? 'height', width ?? 'width'];
}

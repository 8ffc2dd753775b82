import type { LayersModel } from '@tensorflow/tfjs-layers';
import { asOnnx, padded } from '../onnx/export';
import { OnnxModel } from '../onnx/model';
import { NetworkWriter, outputOf } from '../writing/network-writer';
import { Integers } from './integers';
import { type Int8Options, planInt8 } from './plan';
import { int8Operators } from './products';
import { type ActivationRanges, rangeName } from './ranges';

export interface Int8OnnxOptions extends Int8Options {
  /** Names of outputs, and the layers that compute them. Default: the network's outputs, named `output`, `output1`, `output2`, ... */
  readonly outputs?: Readonly<Record<string, string>>;
  /** The order of the axes of the input `images`: `NCHW` as in PyTorch, or `NHWC` as in TensorFlow.js. Default `NCHW`. */
  readonly layout?: 'NCHW' | 'NHWC';
}

/**
 * Exports a network as the bytes of an ONNX file that computes most of its products with integers of 8 bits. On a processor with
 * instructions for them, such as AVX512-VNNI, ONNX Runtime is faster so; on others it may be slower. Values change a little.
 *
 * - Convolutions store weights with one scale for each output channel, and their inputs and outputs with one scale for each layer.
 *   So do sums and maxima of such values, and depthwise convolutions between others.
 * - Dense layers on maps and tokens, as in a ConvNeXt or a vision transformer, store weights and inputs as integers; their results have
 *   32 bits. Convolutions next to layer norms, softmax, GELU and everything else compute in 32 bits.
 *
 * The file has only operators of the ONNX standard: pairs of `QuantizeLinear` and `DequantizeLinear`, which runtimes merge with the layers
 * between them.
 *
 * @param network Without batch norms (`foldBatchNorm`), as it was calibrated. Feature maps among the outputs are `[N, C, H, W]`.
 * @param ranges From {@link calibrateInt8}.
 * @throws CalibrationError when the range of a layer is missing, no layer computes with integers, or one of those is called several times.
 * @throws RangeError for an unknown layout. Error with the name of a layer that cannot be written.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const folded = foldBatchNorm(backbone.model);
 * const ranges = await calibrateInt8(folded, [images]);
 * await writeFile('resnet50.int8.onnx', await exportInt8Onnx(folded, ranges));
 * ```
 */
export async function exportInt8Onnx(
  network: LayersModel,
  ranges: ActivationRanges,
  options: Int8OnnxOptions = {},
): Promise<Uint8Array> {
  const { outputs, layout = 'NCHW' } = options;
  if (layout !== 'NCHW' && layout !== 'NHWC')
    throw new RangeError(`The layout should be NCHW or NHWC, not '${layout}'.`);
  const wanted = outputs
    ? Object.entries(outputs).map(([name, layer]) => ({ name, tensor: outputOf(network, layer) }))
    : network.outputs.map((tensor, k) => ({ name: k === 0 ? 'output' : `output${k}`, tensor }));
  const tensors = wanted.map(({ tensor }) => tensor);
  const { products, points } = planInt8({ name: network.name, outputs: tensors }, options);
  const onnx = new OnnxModel();
  const names = new Set(points.map(rangeName));
  const int8 = new Integers(onnx, ranges, products, names);
  const [images] = network.inputs;
  const [count, channels, ...sides] = asOnnx(images!.shape);
  const isLast = layout === 'NHWC';
  onnx.input('images', isLast ? [count!, ...sides, channels!] : [count!, channels!, ...sides]);
  const first = isLast ? onnx.add('Transpose', ['images'], { perm: [0, 3, 1, 2] }) : 'images';
  const writer = new NetworkWriter({
    name: 'ONNX',
    operators: int8Operators,
    own: { onnx, precision: 'float32' as const, int8 },
    pad: (source, padding) => int8.pad(source.name, padding) ?? padded(onnx, source, padding),
  });
  const value = { name: int8.store(rangeName(images!), first), shape: images!.shape };
  await writer.write(new Map([[images!, value]]), tensors);
  for (const { name, tensor } of wanted) {
    onnx.add('Identity', [writer.read(tensor).name], {}, name);
    onnx.output(name, asOnnx(tensor.shape));
  }
  return onnx.toBytes();
}

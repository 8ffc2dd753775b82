import { mean, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import {
  initializers,
  input,
  type LayersModel,
  type LayerVariable,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { BatchNorm } from './batch-norm';
import { Dropout } from './dropout';

export interface HeadOptions {
  /** Of the first weights: the same seed gives the same head. Default 0. */
  readonly seed?: number;
  /** Probabilities of dropout after the first and the second hidden layer. Default `[0.3, 0.2]`. */
  readonly dropout?: readonly [number, number];
  /** Of the model, and in front of the names of its layers and weights: `head/bn1/gamma`. Default `head`. */
  readonly name?: string;
}

/**
 * The classifier head: Linear C/2, BatchNorm, ReLU, Dropout, Linear C/4, BatchNorm, ReLU, Dropout, Linear K.
 *
 * Its layers have the head's name in front, `head/bn1`: they stay apart from those of any backbone under it.
 *
 * Pooled features `[N, channels]` to logits `[N, classes]`, no softmax. Linear layers start as in PyTorch: weights and
 * biases uniform within `1 / sqrt(inputs)`.
 *
 * @throws RangeError when there are fewer than 4 channels or 2 classes, or a probability of dropout is not 0 to below 1.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 * @example
 * ```ts
 * import { randomNormal, type Tensor2D } from '@tensorflow/tfjs-core';
 *
 * const head = classifierHead(2048, 9, { seed: 1 }); // hidden layers of 1024 and 512
 * const logits = head.predict(randomNormal([4, 2048])) as Tensor2D; // [4, 9]
 * logits.dispose();
 * ```
 */
export function classifierHead(
  channels: number,
  classes: number,
  options: HeadOptions = {},
): LayersModel {
  const { seed = 0, dropout = [0.3, 0.2], name = 'head' } = options;
  const isWhole = Number.isInteger(channels) && Number.isInteger(classes);
  if (!(isWhole && channels >= 4 && classes >= 2)) {
    throw new RangeError(
      `A head needs at least 4 channels and 2 classes; it was given ${channels} and ${classes}.`,
    );
  }
  for (const rate of dropout)
    if (!(rate >= 0 && rate < 1))
      throw new RangeError(`dropout should be numbers of 0 to below 1, not [${dropout}].`);
  const features = input({ shape: [channels], name: `${name}/features` });
  let x = features;
  let inputs = channels;
  [channels >> 1, channels >> 2].forEach((units, index) => {
    const place = index + 1;
    const own = (layer: string) => `${name}/${layer}${place}`;
    x = linear(inputs, units, seed, own('linear')).apply(x) as SymbolicTensor;
    x = new BatchNorm({ name: own('bn') }).apply(x) as SymbolicTensor;
    x = layers.activation({ activation: 'relu', name: own('relu') }).apply(x) as SymbolicTensor;
    x = new Dropout({ rate: dropout[index]!, name: own('dropout') }).apply(x) as SymbolicTensor;
    inputs = units;
  });
  x = linear(inputs, classes, seed, `${name}/logits`).apply(x) as SymbolicTensor;
  return model({ inputs: features, outputs: x, name });
}

function linear(inputs: number, units: number, seed: number, name: string) {
  const bound = 1 / Math.sqrt(inputs);
  const uniform = (salt: number) =>
    initializers.randomUniform({
      minval: -bound,
      maxval: bound,
      seed: layerSeed(seed, `${lastPart(name)}/${salt}`),
    });
  return layers.dense({ units, name, kernelInitializer: uniform(0), biasInitializer: uniform(1) });
}

/** `linear1` of `head/linear1`: what is drawn does not depend on what a head is called. */
const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** Never 0, which tfjs takes for no seed at all. */
function layerSeed(seed: number, name: string): number {
  let hash = seed + 1;
  for (const letter of name) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return hash + 1;
}

/**
 * A backbone, global average pooling where it ends in a feature map, and a head on it: images to logits. The layers are
 * shared with both, not copied; dispose the parts, not this.
 *
 * @example
 * ```ts
 * import { resnet50 } from '@shroom/models/node';
 *
 * const backbone = await resnet50({ size: 224 });
 * const model = attachHead(backbone.model, classifierHead(backbone.channels, 9));
 * model.predict(images); // logits [N, 9]
 * ```
 */
export function attachHead(backbone: LayersModel, head: LayersModel): LayersModel {
  const features = backbone.outputs[0]!;
  const pooled =
    features.shape.length === 4
      ? layers.globalAveragePooling2d({ name: `${head.name}/avgpool` }).apply(features)
      : features;
  return model({
    inputs: backbone.inputs,
    outputs: head.apply(pooled) as SymbolicTensor,
    name: 'classifier',
  });
}

/** What a head can be put on, such as the last stages of a backbone. */
export interface FeaturePart {
  /** To feature maps `[N, h, w, C]`, or to features `[N, C]` that are pooled already. */
  apply(maps: Tensor, mode: { readonly training: boolean; readonly seed?: number }): Tensor;
  readonly weights: readonly LayerVariable[];
  readonly trainableWeights: readonly LayerVariable[];
  /** The layers that hold the weights, whose names say where a weight is. */
  readonly layers?: readonly layers.Layer[];
}

/** A head on stages that are trained with it. */
export interface TrainedClassifier extends FeaturePart {
  /** From the input of the part to logits `[N, K]`. */
  apply(maps: Tensor, mode: { readonly training: boolean; readonly seed?: number }): Tensor;
}

/**
 * The last stages of a backbone, global average pooling where they end in a feature map, and a head: for fine-tuning. The
 * weights are shared, not copied.
 *
 * @example
 * ```ts
 * import { cutAt } from '@shroom/models';
 * import { resnet50 } from '@shroom/models/node';
 *
 * const backbone = await resnet50({ size: 224 });
 * const { frozen, trained } = cutAt(backbone, 'layer3');
 * const classifier = headOn(trained, classifierHead(backbone.channels, 9)); // `fit` trains layer4 and the head
 * ```
 */
export function headOn(part: FeaturePart, head: LayersModel): TrainedClassifier {
  return {
    apply: (maps, mode) =>
      tidy(() => {
        const features = part.apply(maps, mode);
        const pooled = features.rank === 4 ? mean(features as Tensor4D, [1, 2]) : features;
        return head.apply(pooled, { ...mode }) as Tensor;
      }),
    weights: [...part.weights, ...head.weights],
    trainableWeights: [...part.trainableWeights, ...head.trainableWeights],
    ...(part.layers && { layers: [...part.layers, head] }),
  };
}

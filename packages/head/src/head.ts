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
  /** Seed of the initial weights: the same seed gives the same head. Default 0. */
  readonly seed?: number;
  /** Units of the first and the second hidden layer. Default: half and a quarter of the channels. */
  readonly hiddenUnits?: readonly [number, number];
  /** Dropout probabilities after the first and the second hidden layer. Default `[0.3, 0.2]`. */
  readonly dropout?: readonly [number, number];
  /** Name of the model, and prefix of the names of its layers and weights: `head/bn1/gamma`. Default `head`. */
  readonly name?: string;
}

/**
 * Builds the classifier head: Linear C/2, BatchNorm, ReLU, Dropout, Linear C/4, BatchNorm, ReLU, Dropout, Linear K. Its weights grow with
 * the square of the channels C; for features of more than some thousand channels, `hiddenUnits` keeps it small.
 *
 * The names of its layers begin with the head's name, as in `head/bn1`, so that they differ from those of any backbone.
 *
 * It maps pooled features `[N, channels]` to logits `[N, classes]`, without a softmax. Linear layers are initialized as in PyTorch: weights
 * and biases are uniform within `1 / sqrt(inputs)`.
 *
 * @throws RangeError when there are fewer than 4 channels or 2 classes, when a hidden layer has less than 1 unit, or when a dropout
 * probability is below 0 or not below 1.
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
  const { hiddenUnits = [channels >> 1, channels >> 2] } = options;
  const isWhole = Number.isInteger(channels) && Number.isInteger(classes);
  if (!(isWhole && channels >= 4 && classes >= 2)) {
    throw new RangeError(
      `A head needs at least 4 channels and 2 classes; it was given ${channels} and ${classes}.`,
    );
  }
  for (const units of hiddenUnits)
    if (!(Number.isInteger(units) && units >= 1))
      throw new RangeError(`hiddenUnits should be whole numbers from 1, not [${hiddenUnits}].`);
  for (const rate of dropout)
    if (!(rate >= 0 && rate < 1))
      throw new RangeError(`dropout should be numbers of 0 to below 1, not [${dropout}].`);
  const features = input({ shape: [channels], name: `${name}/features` });
  let x = features;
  let inputs = channels;
  hiddenUnits.forEach((units, index) => {
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

/** Returns `linear1` of `head/linear1`, so that the initial weights do not depend on the name of the head. */
const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** The seed is never 0, because tfjs treats 0 as no seed. */
function layerSeed(seed: number, name: string): number {
  let hash = seed + 1;
  for (const letter of name) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return hash + 1;
}

/**
 * Joins a backbone and a head to one model from images to logits. If the backbone ends in a feature map, global average pooling comes
 * between them. The layers are shared with both, not copied: dispose the backbone and the head, not this model.
 *
 * @throws RangeError when the backbone ends in tokens, as transformers do that are not `pooled`.
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
  if (features.shape.length === 3) throw tokensOf(features.shape);
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

/** A head on tokens would classify each of them. */
const tokensOf = (shape: readonly (number | null)[]) =>
  new RangeError(
    `The backbone ends in tokens [${shape.map(side => side ?? 'N').join(', ')}], as transformers do. A head needs features [N, C]: load the backbone with ` +
      '{ pooled: true }, or end it with a TokenPooling of @shroom/models.',
  );

/** A model part on which a head can be put, such as the last stages of a backbone. */
export interface FeaturePart {
  /** Computes feature maps `[N, h, w, C]`, or features `[N, C]` that are pooled already. */
  apply(maps: Tensor, mode: { readonly training: boolean; readonly seed?: number }): Tensor;
  readonly weights: readonly LayerVariable[];
  readonly trainableWeights: readonly LayerVariable[];
  /** The layers that hold the weights. Their names are part of the weights' names. */
  readonly layers?: readonly layers.Layer[];
}

/** A head on stages that are trained together with it. */
export interface TrainedClassifier extends FeaturePart {
  /** Computes logits `[N, K]` from the input of the part. */
  apply(maps: Tensor, mode: { readonly training: boolean; readonly seed?: number }): Tensor;
}

/**
 * Joins the last stages of a backbone and a head for fine-tuning. If the stages end in a feature map, global average pooling comes between
 * them. The weights are shared, not copied. Its `apply` throws a RangeError when the stages end in tokens.
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
        if (features.rank === 3) throw tokensOf(features.shape);
        const pooled = features.rank === 4 ? mean(features as Tensor4D, [1, 2]) : features;
        return head.apply(pooled, { ...mode }) as Tensor;
      }),
    weights: [...part.weights, ...head.weights],
    trainableWeights: [...part.trainableWeights, ...head.trainableWeights],
    ...(part.layers && { layers: [...part.layers, head] }),
  };
}

import { foldBatchNorm, type Preprocessing } from '@shroom/models';
import { tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { LoadedClassifier } from '../file/assemble';
import type { Extractor } from '../network/extractor';
import { certaintyOf } from '../serving/certainty';
import { linkOf } from '../task';
import { MeanOfViews } from './mean-of-views';

/** A classifier as one model. Its last layers are named `logits` and `probabilities`. */
interface AnswerNetwork {
  /** From images `[N, H, W, 3]`, RGB from 0 to 1, to calibrated probabilities `[N / views, K]`. */
  readonly model: LayersModel;
  /** Frees what does not belong to the classifier. */
  dispose(): void;
}

interface AnswerNetworkOptions {
  /** Number of views that an answer averages. Consecutive images are the views of one photo. */
  readonly views: number;
  /** Whether batch norms are folded into the convolutions before them, in a copy of the weights. */
  readonly folded: boolean;
}

/**
 * Builds the whole classifier as one model: normalization, networks, head, temperature, and softmax or sigmoids. Images need no more
 * preprocessing than being resized, even if the networks were trained with different normalizations.
 *
 * @throws RangeError when the certainty for this number of views was not measured.
 */
export function answerNetwork(
  { network, file }: LoadedClassifier,
  { views, folded }: AnswerNetworkOptions,
): AnswerNetwork {
  const { temperature } = certaintyOf(file, views);
  const { extractors, head } = network;
  const link = linkOf(network.task);
  const { size } = extractors[0]!.backbone.preprocessing;
  const images = input({ shape: [...size, 3], name: 'images' });
  const own: (LayersModel | layers.Layer)[] = [];
  const features = extractors.map((extractor, index) => {
    const features = folded ? foldBatchNorm(extractor.features) : extractor.features;
    if (folded) own.push(features);
    const part = model({
      inputs: features.inputs,
      outputs: features.outputs,
      name: `extractor${index}`,
    });
    const { layer, output } = normalized(images, extractor, index);
    own.push(layer);
    return part.apply(output) as SymbolicTensor;
  });
  const joined =
    features.length === 1
      ? features[0]!
      : (layers.concatenate({ name: 'features' }).apply(features) as SymbolicTensor);
  const raw = head.apply(joined) as SymbolicTensor;
  const averaged =
    views === 1
      ? raw
      : (new MeanOfViews({ views, link, name: 'views' }).apply(raw) as SymbolicTensor);
  const scale = { scale: 1 / temperature, name: 'logits' };
  const logits = layers.rescaling(scale).apply(averaged) as SymbolicTensor;
  const last = layers.activation({ activation: link, name: 'probabilities' });
  const whole = model({
    inputs: images,
    outputs: last.apply(logits) as SymbolicTensor,
    name: 'answer',
  });
  return {
    model: whole,
    // `whole.dispose()` would free the classifier's own layers too.
    dispose: () => {
      for (const each of own) each.dispose();
    },
  };
}

/** Normalizes images from 0 to 1 as a network expects, and orders their channels: a 1x1 convolution. */
function normalized(
  images: SymbolicTensor,
  { backbone }: Extractor,
  index: number,
): { readonly layer: layers.Layer; readonly output: SymbolicTensor } {
  const { channelOrder, scale, mean, std } = backbone.preprocessing;
  const kernel = new Float32Array(9);
  for (let channel = 0; channel < 3; channel++) {
    const source = channelOrder === 'RGB' ? channel : 2 - channel;
    kernel[source * 3 + channel] = (255 * scale) / std[channel]!;
  }
  const name = `normalization${index}`;
  const shape = { filters: 3, kernelSize: 1 } as const;
  const layer = layers.conv2d({ ...shape, kernelInitializer: 'zeros', name });
  const output = layer.apply(images) as SymbolicTensor;
  const offsets = mean.map((value, channel) => -value / std[channel]!);
  tidy(() => layer.setWeights([tensor4d(kernel, [1, 1, 3, 3]), tensor1d(offsets)]));
  return { layer, output };
}

/** What is left to do with a photo before it becomes an image of the model: photos are resized to the model's size. */
export function preprocessingOf({ network }: LoadedClassifier): Preprocessing {
  return {
    size: network.extractors[0]!.backbone.preprocessing.size,
    channelOrder: 'RGB',
    scale: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    resize: 'squash',
    cropFraction: 1,
    interpolation: 'bilinear',
  };
}

import type { Pixels } from '@shroom/data';
import {
  contrast,
  type Explanation,
  explain,
  type Method,
  type PreparedModel,
  prepareModel,
} from '@shroom/gradcam';
import { lastConvolution } from '@shroom/gradcam/pictures';
import { attachHead } from '@shroom/head';
import { concat, type Tensor, type Tensor2D, tidy, tile } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { UnsupportedNetworkError } from '../errors';
import type { ClassifierNetwork } from '../network/classifier-network';
import { networkOf } from '../network/extractor';
import { toTensor } from '../network/images';
import { linkOf } from '../task';

/** What is explained of a photo, and how. */
export interface Explaining {
  readonly method: Method;
  /** Layer whose feature map is looked at, or `last-convolution`. Default: the last feature map. */
  readonly tap?: string | undefined;
  /** Which of several extractors is looked at; what the others say stays as it is. Default 0. */
  readonly extractor?: number | undefined;
  /** Default: the most probable class. */
  readonly classIndex?: number | undefined;
  /** What speaks for the class rather than for this one. */
  readonly against?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Explains photos by a classifier; what it prepares is kept for the next one. */
export class Explainer {
  readonly #network: ClassifierNetwork;
  readonly #prepared = new Map<string, PreparedModel>();

  constructor(network: ClassifierNetwork) {
    this.#network = network;
  }

  /** @param photo Of the size that the extractors take. */
  async explain(photo: Pixels, how: Explaining): Promise<Explanation> {
    const { method, tap, extractor = 0, classIndex, against, signal } = how;
    const { extractors } = this.#network;
    const own = extractors[extractor];
    if (!own)
      throw new UnsupportedNetworkError(
        `There is no extractor ${extractor}; the classifier has ${extractors.length}.`,
      );
    const images = extractors.map(({ backbone }) => toTensor([photo], backbone));
    let others: Tensor2D[] = [];
    try {
      if (extractors.length > 1)
        others = extractors.map((each, index) =>
          tidy(() => networkOf(each)(images[index]!).features as Tensor2D),
        );
      const parts = this.#parts(extractor, tap);
      const whole =
        extractors.length === 1 ? parts : besides(parts, this.#network, extractor, others);
      const [found] = await explain(whole, images[extractor]!, {
        method,
        ...(classIndex !== undefined && { classIndex }),
        ...(against !== undefined && { target: contrast({ against }) }),
        ...(signal && { signal }),
      });
      return found!;
    } finally {
      for (const tensor of [...images, ...others]) tensor.dispose();
    }
  }

  #parts(extractor: number, tap: string | undefined): PreparedModel {
    const key = JSON.stringify([extractor, tap]);
    const known = this.#prepared.get(key);
    if (known) return known;
    const { extractors, head, task } = this.#network;
    const { backbone, pooling, features } = extractors[extractor]!;
    const layer = tap === 'last-convolution' ? lastConvolution(backbone.model) : tap;
    const named = layer === undefined ? {} : { tap: layer };
    const single = pooling === 'average' ? backbone.model : features;
    const made =
      extractors.length === 1
        ? prepareModel(attachHead(single, head), { ...named, link: linkOf(task) })
        : prepareModel(features, { ...named, logits: 'as-is', link: 'linear' });
    this.#prepared.set(key, made);
    return made;
  }
}

/** One extractor's part of a classifier of several: what the others say of the photo stays as it is. */
function besides(
  parts: PreparedModel,
  { head, classes, task }: ClassifierNetwork,
  place: number,
  others: readonly Tensor2D[],
): PreparedModel {
  const logitsOf = (features: Tensor): Tensor2D =>
    tidy(() => {
      const count = features.shape[0]!;
      const rows = others.map((row, index) => (index === place ? features : tile(row, [count, 1])));
      return (head as LayersModel).apply(concat(rows as Tensor2D[], 1), {
        training: false,
      }) as Tensor2D;
    });
  const { predict: _, own: __, through, ...rest } = parts;
  return {
    ...rest,
    classes: classes.length,
    pooled: false,
    simple: false,
    link: linkOf(task),
    output: {
      name: 'logits',
      activations: [],
      all: `[null, ${classes.length}]`,
      facts: async () => ({ asIs: false, embedding: false }),
    },
    tail: (features, side) => logitsOf(parts.tail(features, side)),
    ...(through && { through: (images, passed) => logitsOf(through(images, passed)) }),
  };
}

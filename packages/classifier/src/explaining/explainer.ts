import type { Pixels } from '@shroom/data';
import {
  type Cut,
  contrast,
  type Explanation,
  explain,
  type Method,
  type PreparedModel,
  prepareModel,
} from '@shroom/gradcam';
import { lastConvolution } from '@shroom/gradcam/pictures';
import { attachHead } from '@shroom/head';
import {
  concat,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  tile,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { UnsupportedNetworkError } from '../errors';
import type { ClassifierNetwork } from '../network/classifier-network';
import { headless, inFloat32, networkOf } from '../network/extractor';
import { toTensor } from '../network/images';
import { linkOf } from '../task';
import { refuseLastConvolution } from './last-convolution';

/** Options of an explanation: class, layer and method. */
export interface Explaining {
  readonly method: Method;
  /** Stage or layer whose feature map is explained, or `last-convolution`. Default: the layer of the last feature map. */
  readonly tap?: string | undefined;
  /** Index of the extractor that is explained. The outputs of the others stay constant. Default 0. */
  readonly extractor?: number | undefined;
  /** Index of the explained class. Default: the most probable class. */
  readonly classIndex?: number | undefined;
  /** Index of a second class. The map then shows the evidence for the first class rather than for this one. */
  readonly against?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Computes heat maps of a classifier. Prepared models are kept for the next photo. */
export class Explainer {
  readonly #network: ClassifierNetwork;
  readonly #prepared = new Map<string, PreparedModel>();

  constructor(network: ClassifierNetwork) {
    this.#network = network;
  }

  /** @param photo Resized to the input size of the extractors. */
  async explain(photo: Pixels, how: Explaining): Promise<Explanation> {
    const held = this.hold(photo);
    try {
      return await held.explain(how);
    } finally {
      held.dispose();
    }
  }

  /**
   * Holds a photo for several explanations. The results of the networks are kept until the held photo is disposed.
   *
   * @param photo Resized to the input size of the extractors.
   */
  hold(photo: Pixels): HeldPhoto {
    return new HeldPhoto(photo, this.#network, (extractor, tap) => this.#parts(extractor, tap));
  }

  #parts(extractor: number, tap: string | undefined): PreparedModel {
    const key = JSON.stringify([extractor, tap]);
    const known = this.#prepared.get(key);
    if (known) return known;
    const { extractors, head, task } = this.#network;
    const own = extractors[extractor]!;
    const { backbone, features } = own;
    if (tap === 'last-convolution' && backbone.tokens) refuseLastConvolution(backbone.name);
    const stage = backbone.taps.find(each => each.stage === tap);
    const layer =
      tap === 'last-convolution' ? lastConvolution(backbone.model) : (stage?.layer ?? tap);
    const named = layer === undefined ? {} : { tap: layer };
    const made =
      extractors.length === 1
        ? prepareModel(attachHead(headless(own), head), { ...named, link: linkOf(task) })
        : prepareModel(features, { ...named, logits: 'as-is', link: 'linear' });
    this.#prepared.set(key, made);
    return made;
  }
}

interface Held {
  readonly parts: PreparedModel;
  readonly cut: Cut;
}

/** Models whose explanations were already checked against the model's own output. One check per model is enough. */
const verified = new WeakSet<PreparedModel>();

/**
 * A model whose first forward pass returns the stored result for the photo. Later passes compute, since some methods also pass other
 * images.
 */
function once(parts: PreparedModel, cut: Cut): PreparedModel {
  let isFirst = true;
  const { predict, ...others } = parts;
  return {
    ...others,
    ...(predict && !verified.has(parts) && { predict }),
    forward: images => {
      if (!isFirst) return parts.forward(images);
      isFirst = false;
      return { ...cut, dispose: () => {} };
    },
  };
}

/** A photo with the results that networks have computed from it. */
export class HeldPhoto {
  readonly #network: ClassifierNetwork;
  readonly #partsAt: (extractor: number, tap: string | undefined) => PreparedModel;
  /** The preprocessed photo for each extractor. */
  readonly #images: readonly Tensor4D[];
  readonly #held = new Map<string, Held>();
  readonly #owned: Pick<Tensor, 'dispose'>[] = [];
  #features: Tensor2D[] | undefined;

  constructor(
    photo: Pixels,
    network: ClassifierNetwork,
    partsAt: (extractor: number, tap: string | undefined) => PreparedModel,
  ) {
    this.#network = network;
    this.#partsAt = partsAt;
    this.#images = network.extractors.map(({ backbone }) => toTensor([photo], backbone));
    this.#owned.push(...this.#images);
  }

  async explain(how: Explaining): Promise<Explanation> {
    const { method, tap, extractor = 0, classIndex, against, signal } = how;
    const { extractors } = this.#network;
    if (!extractors[extractor])
      throw new UnsupportedNetworkError(
        `There is no extractor ${extractor}; the classifier has ${extractors.length}.`,
      );
    const { parts, cut } = this.#heldAt(extractor, tap);
    const [found] = await explain(once(parts, cut), this.#images[extractor]!, {
      method,
      ...(classIndex !== undefined && { classIndex }),
      ...(against !== undefined && { target: contrast({ against }) }),
      ...(signal && { signal }),
    });
    verified.add(parts);
    return found!;
  }

  dispose(): void {
    for (const each of this.#owned.splice(0)) each.dispose();
  }

  /** A network cut at a layer, with the output of its first part for this photo. */
  #heldAt(extractor: number, tap: string | undefined): Held {
    const key = JSON.stringify([extractor, tap]);
    const known = this.#held.get(key);
    if (known) return known;
    const own = this.#partsAt(extractor, tap);
    const parts =
      this.#network.extractors.length === 1
        ? own
        : besides(own, this.#network, extractor, this.#featuresOf());
    const held = { parts, cut: parts.forward(this.#images[extractor]!) };
    this.#owned.push(held.cut);
    this.#held.set(key, held);
    return held;
  }

  /** The features of the photo from each extractor. */
  #featuresOf(): readonly Tensor2D[] {
    if (this.#features) return this.#features;
    this.#features = this.#network.extractors.map((each, index) =>
      tidy(() => networkOf(inFloat32(each))(this.#images[index]!).features as Tensor2D),
    );
    this.#owned.push(...this.#features);
    return this.#features;
  }
}

/** The classifier as a function of one extractor's features. The features of the other extractors stay constant. */
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

import {
  log,
  maximum,
  mean,
  neg,
  reshape,
  type serialization,
  sigmoid,
  softmax,
  sub,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

interface MeanOfViewsArgs {
  /** Number of consecutive rows that belong to one photo. */
  readonly views: number;
  readonly link: 'softmax' | 'sigmoid';
  readonly name: string;
}

/** Logits `[N * views, K]` to the logits `[N, K]` of the mean probabilities of each photo's views, as `predict` averages them. */
export class MeanOfViews extends layers.Layer {
  static readonly className = 'MeanOfViews';
  readonly #views: number;
  readonly #link: MeanOfViewsArgs['link'];

  constructor(args: MeanOfViewsArgs) {
    super({ name: args.name, trainable: false });
    this.#views = args.views;
    this.#link = args.link;
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const logits = (Array.isArray(inputs) ? inputs[0]! : inputs) as Tensor2D;
      const logOfMean = (probabilities: Tensor) => {
        const byPhoto = reshape(probabilities, [-1, this.#views, logits.shape[1]]);
        return log(maximum(mean(byPhoto, 1), 1e-37));
      };
      if (this.#link === 'softmax') return logOfMean(softmax(logits));
      return sub(logOfMean(sigmoid(logits)), logOfMean(sigmoid(neg(logits))));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), views: this.#views, link: this.#link };
  }
}

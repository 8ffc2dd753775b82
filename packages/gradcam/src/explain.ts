import {
  argMax,
  dispose,
  div,
  keep,
  mean,
  mul,
  relu,
  reshape,
  type Scalar,
  softmax,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tidy,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { gradCam, type Method } from './methods';
import type { Cut, Split } from './split';

/** A map of one value per place, row by row. */
export interface HeatMap {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

export interface Explanation {
  /** At the tap's resolution, at least 0, not normalised. */
  readonly map: HeatMap;
  /** The class that was explained. */
  readonly classIndex: number;
  /** `[K]` logits of the image. */
  readonly logits: Float32Array;
  /** `[K]`, the softmax of the logits. */
  readonly probabilities: Float32Array;
  /** No place raised the class's score: there is nothing to draw. */
  readonly flat: boolean;
}

export interface ExplainOptions {
  /** Default Grad-CAM. */
  readonly method?: Method;
  /** The class to explain, one for all images or one each. Default: the predicted one. */
  readonly classIndex?: number | readonly number[];
}

/**
 * Which places in an image raised the score of a class.
 *
 * Where the tap reaches the logits through global average pooling alone, the gradient is taken by the pooled vector: it is
 * the same at every place, and no gradient of a convolution is needed, on any engine.
 *
 * @param images `[N, H, W, 3]`, preprocessed as the model expects; the caller's.
 * @throws RangeError when a class index is not one of the model's.
 */
export async function explain(
  parts: Split,
  images: Tensor4D,
  options: ExplainOptions = {},
): Promise<Explanation[]> {
  const { method = gradCam, classIndex } = options;
  const cut = parts.forward(images);
  let results: Tensor[] = [];
  try {
    const targets = await chosenClasses(parts, cut, classIndex, images.shape[0]);
    const evidence = gradientOf(parts, cut, targets);
    results = [evidence.gradient, evidence.logits];
    results.push(tidy(() => relu(method(cut.features, evidence.gradient))));
    results.push(softmax(evidence.logits));
    const [, logits, maps, probabilities] = (await Promise.all(
      results.map(result => result.data()),
    )) as Float32Array[];
    const [, height, width] = results[2]!.shape as Tensor3D['shape'];
    return targets.map((target, index) => {
      const values = maps!.slice(index * height * width, (index + 1) * height * width);
      return {
        map: { values, height, width },
        classIndex: target,
        logits: logits!.slice(index * parts.classes, (index + 1) * parts.classes),
        probabilities: probabilities!.slice(index * parts.classes, (index + 1) * parts.classes),
        flat: !values.some(value => value > 0),
      };
    });
  } finally {
    cut.dispose();
    dispose(results);
  }
}

async function chosenClasses(
  parts: Split,
  { features, side }: Cut,
  wanted: ExplainOptions['classIndex'],
  count: number,
): Promise<number[]> {
  const { classes } = parts;
  if (wanted === undefined) {
    const best = tidy(() => argMax(parts.tail(features, side), -1));
    const chosen = Array.from(await best.data());
    best.dispose();
    return chosen;
  }
  const chosen = typeof wanted === 'number' ? new Array<number>(count).fill(wanted) : [...wanted];
  if (
    chosen.length !== count ||
    chosen.some(index => !Number.isInteger(index) || index < 0 || index >= classes)
  ) {
    throw new RangeError(
      `classIndex should be one class of 0 to ${classes - 1}, or one for each of the ${count} images; it is ${JSON.stringify(wanted)}.`,
    );
  }
  return chosen;
}

/** The gradient of each image's score by its features, and the logits that came with it; the caller disposes both. */
function gradientOf(parts: Split, { features, side }: Cut, targets: readonly number[]) {
  const mask = new Float32Array(targets.length * parts.classes);
  targets.forEach((target, index) => {
    mask[index * parts.classes + target] = 1;
  });
  const kept: Tensor2D[] = [];
  // The images of a batch do not touch each other, so one gradient of the sum holds each one's own.
  const score = (logits: Tensor2D): Scalar => {
    kept.push(keep(logits.clone()));
    return sum(mul(logits, tensor2d(mask, [targets.length, parts.classes])));
  };
  try {
    const gradient = tidy(() => {
      if (!parts.pooled) {
        return valueAndGrad((map: Tensor) => score(parts.tail(map as Tensor4D, side)))(features)
          .grad as Tensor4D;
      }
      const [count, height, width, channels] = features.shape;
      const pooled = mean(features, [1, 2]);
      const { grad } = valueAndGrad((vector: Tensor) =>
        score(parts.pooledTail(vector as Tensor2D)),
      )(pooled);
      return reshape(div(grad, height * width), [count, 1, 1, channels]) as Tensor4D;
    });
    return { gradient, logits: kept[0]! };
  } catch (error) {
    dispose(kept);
    throw error;
  }
}

import { dispose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { activated, gradientOf, logitsFrom, predictedClasses, verifyLogits } from './evidence';
import { checkedMethod, type Method, mapOf } from './method';
import { gradCam } from './methods';
import type { PreparedModel } from './prepared';
import { logit, type Target } from './targets';

/** A map of one value per place, row by row. */
export interface HeatMap {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Why there is nothing to draw: all 0, nowhere above 0, not a number or infinite somewhere, or the same everywhere. */
export type Emptiness = 'zero' | 'negative' | 'not finite' | 'constant';

export interface Explanation {
  /** At the tap's resolution, at least 0, not normalised; all 0 where the method's values are not finite. */
  readonly map: HeatMap;
  /** The same before what is negative was clipped. */
  readonly signed: HeatMap;
  /** The class that was explained. */
  readonly classIndex: number;
  /** `[K]` logits of the image. */
  readonly logits: Float32Array;
  /** `[K]`, the softmax of the logits, or the sigmoid of each where the model ends in one. */
  readonly probabilities: Float32Array;
  /** No place raised the class's score: there is nothing to draw. */
  readonly flat: boolean;
  /** Why the map says nothing about places; absent where it does. */
  readonly emptiness?: Emptiness;
}

export interface ExplainOptions {
  /** Default Grad-CAM. */
  readonly method?: Method;
  /** The class to explain, one for all images or one each. Default: the predicted one. */
  readonly classIndex?: number | readonly number[];
  /** What is explained about the class. Default its logit. */
  readonly target?: Target;
  /** Rows for one pass of a method that asks the model again. Default 16. */
  readonly batch?: number;
  /** Stops a method that asks the model again between two passes. */
  readonly signal?: AbortSignal;
}

/**
 * Which places in an image raised the score of a class.
 *
 * @param images `[N, H, W, 3]`, preprocessed as the model expects; the caller's.
 * @throws RangeError when a class index is not one of the model's.
 * @throws LogitsError when logits that were recovered from behind a softmax do not give the model's own output.
 */
export async function explain(
  parts: PreparedModel,
  images: Tensor4D,
  options: ExplainOptions = {},
): Promise<Explanation[]> {
  const { classIndex, target = logit, batch = 16, signal } = options;
  const method = options.method === undefined ? gradCam() : checkedMethod(options.method);
  const cut = parts.forward(images);
  const mine: Tensor[] = [];
  const owned = <T extends Tensor>(tensor: T): T => {
    mine.push(tensor);
    return tensor;
  };
  try {
    const { needsGradient } = method;
    const known = classIndex === undefined || target.looks || !needsGradient;
    const before = known ? owned(logitsFrom(parts, cut)) : undefined;
    const classes =
      classIndex === undefined
        ? await predictedClasses(before!)
        : checkedClasses(classIndex, images.shape[0], parts.classes);
    const score = target.score(
      classes,
      target.looks ? rowsOf((await before!.data()) as Float32Array, parts.classes) : [],
    );
    const evidence = needsGradient
      ? gradientOf(parts, cut, score)
      : { logits: before!, gradient: undefined };
    if (evidence.gradient) {
      owned(evidence.gradient);
      owned(evidence.logits);
    }
    const { features, side } = cut;
    const maps = owned(
      await mapOf(method, { ...evidence, parts, images, features, side, score, batch, signal }),
    );
    await verifyLogits(parts, cut, evidence.logits);
    const chances = owned(activated(parts, evidence.logits));
    const [values, logits, probabilities] = (await Promise.all(
      [maps, evidence.logits, chances].map(tensor => tensor.data()),
    )) as [Float32Array, Float32Array, Float32Array];
    const [, height, width] = maps.shape;
    const allLogits = rowsOf(logits, parts.classes);
    const allChances = rowsOf(probabilities, parts.classes);
    return rowsOf(values, height * width).map((signed, image) => ({
      ...described({ values: signed, height, width }),
      classIndex: classes[image]!,
      logits: allLogits[image]!,
      probabilities: allChances[image]!,
    }));
  } finally {
    cut.dispose();
    dispose(mine);
  }
}

function described(signed: HeatMap): Pick<Explanation, 'map' | 'signed' | 'flat' | 'emptiness'> {
  const emptiness = emptinessOf(signed.values);
  const values = signed.values.map(value => (emptiness === 'not finite' ? 0 : Math.max(0, value)));
  const flat = !values.some(value => value > 0);
  return { map: { ...signed, values }, signed, flat, ...(emptiness && { emptiness }) };
}

function emptinessOf(values: Float32Array): Emptiness | undefined {
  if (values.some(value => !Number.isFinite(value))) return 'not finite';
  if (values.every(value => value === 0)) return 'zero';
  if (values.every(value => value <= 0)) return 'negative';
  return values.length > 1 && values.every(value => value === values[0]) ? 'constant' : undefined;
}

function rowsOf(values: Float32Array, length: number): Float32Array[] {
  return Array.from({ length: values.length / length }, (_, row) =>
    values.slice(row * length, (row + 1) * length),
  );
}

function checkedClasses(
  wanted: number | readonly number[],
  count: number,
  classes: number,
): readonly number[] {
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

import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { EngineError, OutputError } from './errors';
import { gradientOf, passOver } from './evidence';
import { gradCam } from './methods/grad-cam';
import { atLeastOne, checkedMethod, type Method, mapOf } from './methods/method';
import { imagesFor } from './model/images';
import { activated } from './model/logits';
import { verifyOutput } from './model/output';
import { type Explainable, partsOf, type SourceOptions } from './model/source';
import { checkTarget, defaultTargets } from './targets/logit';
import { classLogits, scoreOf, type Target } from './targets/target';

/** A map of one value per place, row by row. */
export interface HeatMap {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Why there is nothing to draw: all 0, nowhere above 0, not a number or infinite somewhere, or the same everywhere. */
export type Emptiness = 'zero' | 'negative' | 'not finite' | 'constant';

export interface Explanation {
  /** At the tap's resolution, at least 0, not normalized; all 0 where the method's values are not finite. */
  readonly map: HeatMap;
  /** The same before what is negative was clipped. */
  readonly signed: HeatMap;
  /** The class that was explained. Of a single sigmoid, 1 is "yes" and 0 is "no". */
  readonly classIndex: number;
  /** What was explained of it; metrics watch the same. */
  readonly target: Target;
  /** What metrics watch of the image as it is: by default its probability, or the output of a model without any. */
  readonly score: number;
  /** `[K]` logits of the image. */
  readonly logits: Float32Array;
  /** `[K]`, the model's own output: probabilities where it ends in a softmax or sigmoids, numbers as they are elsewhere. */
  readonly probabilities: Float32Array;
  /** No place raised the class's score: there is nothing to draw. */
  readonly flat: boolean;
  /** Why the map says nothing about places; absent where it does. */
  readonly emptiness?: Emptiness;
}

const asked = ['method', 'classIndex', 'target', 'batch', 'signal'];

/** `tap` and the other options of a model that is not prepared yet are those of `prepareModel` and `prepareGraph`. */
export interface ExplainOptions extends SourceOptions {
  /** Default Grad-CAM. */
  readonly method?: Method;
  /**
   * The class to explain, one for all images or one each. Default: the predicted one. Of a single sigmoid, 1 is "yes" and 0 is
   * "no"; of a regression, it is the index of the output.
   */
  readonly classIndex?: number | readonly number[];
  /** What is explained about the class. Default its logit, or the output of a model that has none. */
  readonly target?: Target;
  /** Rows for one pass of a method that asks the model again. Default 16. */
  readonly batch?: number;
  /** Stops a method that asks the model again between two passes. */
  readonly signal?: AbortSignal;
}

/**
 * Which places in an image raised the score of a class.
 *
 * @param model A `tf.LayersModel`, a `tf.GraphModel`, or one of them prepared; it is prepared once, see {@link dispose}.
 * @param images `[N, H, W, C]`, preprocessed and laid out as the model expects; the caller's.
 * @throws TypeError for an unknown option, and for images or a target that are none.
 * @throws RangeError when a class index is not one of the model's, or the images are not what the model takes.
 * @throws LogitsError when what is reported does not equal the model's own output; checked with the first explanation.
 * @throws EngineError when the engine cannot run the model, GradientError when it cannot differentiate it.
 * @throws OutputError when the output is not `[N, K]`, or is an embedding and no target is given.
 * @example
 * ```ts
 * const [{ map, classIndex, probabilities, flat, emptiness }] = await explain(model, images);
 * console.log(classNames[classIndex], probabilities[classIndex], `${map.height} x ${map.width}`);
 * if (flat) console.log(`There is nothing to draw: ${emptiness}.`);
 * else overlay(pixels, normalizeMap(resizeMap(map, [pixels.height, pixels.width])));
 * ```
 */
export async function explain(
  model: Explainable,
  images: Tensor,
  options: ExplainOptions = {},
): Promise<Explanation[]> {
  const [parts, own] = await partsOf(model, options);
  const { classIndex, target = defaultTargets[parts.link], batch = 16, signal } = own;
  const unknown = Object.keys(own).find(name => !asked.includes(name));
  if (unknown) throw (await import('./failures')).optionFailure(unknown);
  const method = own.method === undefined ? gradCam() : await checkedMethod(own.method);
  await checkTarget(target, parts.link);
  atLeastOne(batch, 'batch');
  if (parts.link === 'linear' && classIndex === undefined && !own.target) {
    const reason = await (await import('./model/linear')).embeddingReason(parts);
    if (reason) throw new OutputError(reason);
  }
  const mine: Pick<Tensor, 'dispose'>[] = [];
  const owned = <T extends Pick<Tensor, 'dispose'>>(made: T): T => {
    mine.push(made);
    return made;
  };
  try {
    const seen = owned(await imagesFor(parts, images));
    const pass = owned(passOver(parts, seen));
    const { features, side, logits: first } = pass;
    const reported = owned(tidy(() => parts.own?.(features, side) ?? activated(parts.link, first)));
    await verifyOutput(parts, seen, reported);
    const logits = await rowsOf(first);
    const probabilities = await rowsOf(reported);
    const known = logits.map(row => classLogits(parts, row));
    const classes =
      classIndex === undefined
        ? known.map(best)
        : typeof classIndex === 'number'
          ? known.map(() => classIndex)
          : Array.from(classIndex ?? []);
    if (
      classes.length !== known.length ||
      classes.some(index => !Number.isInteger(index) || index < 0 || index >= parts.classes)
    )
      throw (await import('./failures')).classesFailure(classIndex, known.length, parts.classes);
    const score = scoreOf(target, parts, classes, known);
    const found = method.needsGradient ? await gradientOf(parts, pass, score) : undefined;
    if (found) mine.push(found.gradient, found.logits);
    const maps = owned(
      await mapOf(method, {
        logits: first,
        ...found,
        parts,
        images: seen,
        features,
        side,
        score,
        batch,
        signal,
      }),
    );
    const watched = owned(
      tidy(() =>
        scoreOf(target.watched ?? target, parts, classes, known)(first, [...classes.keys()]),
      ),
    );
    const scores = await watched.data();
    const [, height, width] = maps.shape;
    return (await rowsOf(maps)).map((signed, image) => ({
      ...described({ values: signed, height, width }, logits[image]!),
      classIndex: classes[image]!,
      target,
      score: scores[image]!,
      logits: logits[image]!,
      probabilities: probabilities[image]!,
    }));
  } catch (error) {
    throw (await import('./failures')).engineFailure(error, EngineError);
  } finally {
    for (const made of mine) made.dispose();
  }
}

function described(
  signed: HeatMap,
  logits: Float32Array,
): Pick<Explanation, 'map' | 'signed' | 'flat' | 'emptiness'> {
  const emptiness = logits.every(Number.isFinite) ? emptinessOf(signed.values) : 'not finite';
  const values = signed.values.map(value => (emptiness === 'not finite' ? 0 : Math.max(0, value)));
  const flat = values.every(value => value === 0);
  return { map: { ...signed, values }, signed, flat, ...(emptiness && { emptiness }) };
}

function emptinessOf(values: Float32Array): Emptiness | undefined {
  if (!values.every(Number.isFinite)) return 'not finite';
  if (values.every(value => value === 0)) return 'zero';
  if (values.every(value => value <= 0)) return 'negative';
  return values.length > 1 && values.every(value => value === values[0]) ? 'constant' : undefined;
}

/** What a tensor `[N, ...]` holds of each image. */
async function rowsOf(tensor: Tensor): Promise<Float32Array[]> {
  const values = (await tensor.data()) as Float32Array;
  const [count] = tensor.shape as [number];
  const length = values.length / count;
  return Array.from({ length: count }, (_, row) => values.slice(row * length, (row + 1) * length));
}

const best = (logits: Float32Array): number => Math.max(0, logits.indexOf(Math.max(...logits)));

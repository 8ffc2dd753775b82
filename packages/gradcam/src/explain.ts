import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { EngineError, OutputError } from './errors';
import { gradientOf, passOver } from './evidence';
import { gradCam } from './methods/grad-cam';
import { atLeastOne, checkedMethod, type Method, mapOf } from './methods/method';
import { imagesFor } from './model/images';
import { activated } from './model/logits';
import { verifyOutput } from './model/output';
import { preparing } from './model/prepared';
import { type Explainable, partsOf, type SourceOptions } from './model/source';
import { checkTarget, defaultTargets } from './targets/logit';
import { classLogits, scoreOf, type Target } from './targets/target';

/** A heat map: one value per position, row by row. */
export interface HeatMap {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  /**
   * `[height, width]`, the share of the picture that the map covers, from its upper left corner: 294 / 299 of each side where patches of 14
   * pixels leave 5 of 299 unseen. Absent if it covers the whole picture. `resizeMap` gives the rest the value 0.
   */
  readonly covers?: readonly [number, number];
}

/** Why a map says nothing: all its values are 0, none is above 0, some are infinite or not a number, or all are the same. */
export type Emptiness = 'zero' | 'negative' | 'not finite' | 'constant';

export interface Explanation {
  /** The map at the tap's resolution, at least 0, not normalized. It is all 0 if the method's values are not finite. */
  readonly map: HeatMap;
  /** The same map before negative values were set to 0. */
  readonly signed: HeatMap;
  /** Index of the explained class. For a single sigmoid output, 1 is "yes" and 0 is "no". */
  readonly classIndex: number;
  /** The quantity that was explained for this class. Metrics measure the same quantity. */
  readonly target: Target;
  /**
   * The value that metrics measure on the unchanged image: by default the class's probability, or the
   * output of a model without probabilities.
   */
  readonly score: number;
  /** Logits `[K]` of the image. */
  readonly logits: Float32Array;
  /** The model's own output `[K]`: probabilities if it ends in a softmax or sigmoids, otherwise the numbers that it returns. */
  readonly probabilities: Float32Array;
  /** True if no position raised the class's score, so that there is nothing to draw. */
  readonly flat: boolean;
  /** Why the map says nothing about positions; absent if the map is usable. */
  readonly emptiness?: Emptiness;
}

const asked = ['method', 'classIndex', 'target', 'batch', 'signal'];

/**
 * Options of `explain`. For a model that is not prepared yet, `tap` and the other options of
 * `prepareModel` and `prepareGraph` are allowed too.
 */
export interface ExplainOptions extends SourceOptions {
  /** Explanation method. Default Grad-CAM. */
  readonly method?: Method;
  /**
   * Index of the class to explain, one for all images or one for each. Default: the predicted class. For a single sigmoid output, 1 is
   * "yes" and 0 is "no"; for a regression, it is the index of the output.
   */
  readonly classIndex?: number | readonly number[];
  /** The quantity to explain for the class. Default: its logit, or the output of a model that has no logits. */
  readonly target?: Target;
  /** Number of rows per forward pass, for methods that run the model again. Default 16. */
  readonly batch?: number;
  /** Signal that stops a method between two forward passes. */
  readonly signal?: AbortSignal;
}

/**
 * Explains which positions in an image raised the score of a class.
 *
 * @param model A `tf.LayersModel`, a `tf.GraphModel`, or a prepared model. A model is prepared only once, see {@link dispose}.
 * @param images `[N, H, W, C]`, preprocessed and laid out as the model expects. The caller keeps them.
 * @throws TypeError for an unknown option, or when the images or the target are not valid.
 * @throws RangeError when a class index is not one of the model's, or the images do not have the shape that the model takes.
 * @throws LogitsError when the logits found before the last activation do not lead to the model's own
 * output. The first explanation checks this.
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
  if (unknown) throw (await import('./failures')).optionFailure(unknown, [...asked, ...preparing]);
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
    const whole = owned(await imagesFor(parts, images));
    const part =
      parts.ofPatches && (await import('./model/covered')).coveredBy(parts.ofPatches, whole);
    const seen = part ? owned(part.seen) : whole;
    const pass = owned(passOver(parts, seen));
    const { features, side, logits: first } = pass;
    const reported = owned(tidy(() => parts.own?.(features, side) ?? activated(parts.link, first)));
    await verifyOutput(parts, whole, reported);
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
        given: whole.shape,
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
      ...described(
        { values: signed, height, width, ...(part && { covers: part.covers }) },
        logits[image]!,
      ),
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

/** Returns the values that a tensor `[N, ...]` holds for each image. */
async function rowsOf(tensor: Tensor): Promise<Float32Array[]> {
  const values = (await tensor.data()) as Float32Array;
  const [count] = tensor.shape as [number];
  const length = values.length / count;
  return Array.from({ length: count }, (_, row) => values.slice(row * length, (row + 1) * length));
}

const best = (logits: Float32Array): number => Math.max(0, logits.indexOf(Math.max(...logits)));

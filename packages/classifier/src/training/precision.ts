import { join } from 'node:path';
import type { Photo } from '@shroom/data';
import { batches } from '@shroom/data/node';
import { type ActivationRanges, CalibrationError } from '@shroom/models/int8';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { requireInt8 } from '../engine/limits';
import { ClassifierFileError } from '../errors';
import {
  type ChosenPrecision,
  type MeasuredInt8,
  rangesFile,
  readChosen,
  writeRanges,
} from '../file/ranges';
import { type Computed, type Extractor, imagesAtOnce, networkOf } from '../network/extractor';
import { rangesOf, withInt8 } from '../network/int8';
import type { Precision } from '../network/precision';
import { evenly } from '../photos/evenly';

/** Number of training photos that the ranges are measured on; `auto` compares the two ways on as many others. */
const calibrating = 32;
/** `auto` takes integers if they are at least so many times as fast, and the features have at least this mean cosine. */
const least: MeasuredInt8 = { faster: 1.1, cosine: 0.99 };
/** Number of batches that are timed. The one before them, in which the engine compiles, is not. */
const rounds = 5;

export interface PrecisionOptions {
  /** The folder of the run, which remembers what was chosen. */
  readonly folder: string;
  readonly precision: Precision;
  /** Name of the running engine. */
  readonly engine: string;
  /** Whether layers of the network are trained. */
  readonly isTuned: boolean;
  /** Called with a sentence about each network whose precision was chosen. */
  readonly onNotice: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The extractors of a run in the precision that is asked for. The ranges of integers are calibrated on training photos. A run that
 * continues computes as it did before.
 *
 * @returns The given extractors, some of them with integers. Only the integers are new; dispose them in addition.
 * @throws EngineLimitError when the engine does not compute with integers. CalibrationError when a network cannot. ClassifierFileError
 *   when the ranges that the run has kept are not those of its networks.
 */
export async function inPrecision(
  extractors: readonly Extractor[],
  training: readonly Photo[],
  { folder, precision, engine, isTuned, onNotice, signal }: PrecisionOptions,
): Promise<readonly Extractor[]> {
  if (precision === 'float32') return extractors;
  const before = await readChosen(folder);
  const isSame = before?.every(
    ({ weights, computes }, index) =>
      weights === extractors[index]?.backbone.weights.sha256 &&
      (precision === 'auto' || computes === precision),
  );
  const known = isSame && before?.length === extractors.length ? before : undefined;
  const reason = isTuned
    ? 'layers are trained with numbers of 32 bits'
    : engine !== 'ort' && `the engine '${engine}' has no integers of 8 bits; ort has`;
  if (precision === 'auto' && !known && reason) {
    onNotice(`features are computed in float32: ${reason}`);
    await writeRanges(
      folder,
      extractors.map(({ backbone }) => ({
        ...{ weights: backbone.weights.sha256, computes: 'float32', reason },
      })),
    );
    return extractors;
  }
  if (precision === 'int8' || known?.some(({ computes }) => computes === 'int8'))
    requireInt8(engine);
  const photos = evenly(training, 2 * calibrating);
  const made: Extractor[] = [];
  const chosen: ChosenPrecision[] = [];
  try {
    for (const [index, extractor] of extractors.entries()) {
      const own = known
        ? await asBefore(extractor, known[index]!, folder)
        : await chosenFor(extractor, photos, precision, signal);
      made.push(own.extractor);
      chosen.push(own.chosen);
      if (precision === 'auto') onNotice(inWords(extractor, own.chosen));
    }
    if (!known) await writeRanges(folder, chosen);
    return made;
  } catch (error) {
    for (const { int8 } of made) int8?.dispose();
    throw error;
  }
}

interface Chosen {
  readonly extractor: Extractor;
  readonly chosen: ChosenPrecision;
}

async function asBefore(
  extractor: Extractor,
  chosen: ChosenPrecision,
  folder: string,
): Promise<Chosen> {
  const { ranges } = chosen;
  if (!ranges) return { extractor, chosen };
  try {
    return { extractor: await withInt8(extractor, ranges), chosen };
  } catch (error) {
    if (!(error instanceof CalibrationError)) throw error;
    throw notOf(extractor, join(folder, rangesFile), error);
  }
}

const notOf = ({ backbone }: Extractor, path: string, cause: CalibrationError) =>
  new ClassifierFileError(
    path,
    `its ranges are not those of ${backbone.name}. Remove it to calibrate again. ${cause.message}`,
    { cause },
  );

async function chosenFor(
  extractor: Extractor,
  photos: readonly Photo[],
  precision: Precision,
  signal: AbortSignal | undefined,
): Promise<Chosen> {
  const weights = extractor.backbone.weights.sha256;
  const seen = photos.slice(0, calibrating);
  /** What `auto` takes for a network that cannot compute with integers. */
  const plain = (error: unknown): Chosen => {
    if (precision !== 'auto') throw error;
    // The first sentence says why. The next ones, what a program could do.
    const [why] = (error as Error).message.split(/\.(?:\s|$)/);
    const reason = `int8 is impossible (${why})`;
    return { extractor, chosen: { weights, computes: 'float32', reason } };
  };
  let ranges: ActivationRanges;
  try {
    ranges = await rangesOf(extractor, imagesOf(extractor, seen, signal));
  } catch (error) {
    // Others are those of a photo, or of the signal.
    if (error instanceof CalibrationError) return plain(error);
    throw error;
  }
  let int8: Extractor;
  try {
    int8 = await withInt8(extractor, ranges);
  } catch (error) {
    return plain(error);
  }
  if (precision === 'int8')
    return { extractor: int8, chosen: { weights, computes: 'int8', ranges } };
  try {
    // The ranges fit the photos that they are from, so others are compared if there are enough.
    const others = photos.slice(calibrating);
    const compared = others.length < imagesAtOnce ? photos : others;
    const measured = await measure(extractor, int8, imagesOf(extractor, compared, signal));
    if (isTaken(measured))
      return { extractor: int8, chosen: { weights, computes: 'int8', measured, ranges } };
    int8.int8!.dispose();
    return { extractor, chosen: { weights, computes: 'float32', measured } };
  } catch (error) {
    int8.int8!.dispose();
    throw error;
  }
}

/** Whether `auto` takes integers. */
export const isTaken = ({ faster, cosine }: MeasuredInt8): boolean =>
  faster >= least.faster && cosine >= least.cosine;

/** Says how a network computes, and why. */
export function inWords(
  { backbone }: { readonly backbone: { readonly name: string } },
  { computes, measured, reason }: Pick<ChosenPrecision, 'computes' | 'measured' | 'reason'>,
): string {
  const said = `${backbone.name} computes features in ${computes}`;
  if (!measured) return `${said}: ${reason ?? 'no layer of it can compute with integers'}`;
  const { faster, cosine } = measured;
  const figures = `${faster.toFixed(2)} times as fast as float32 on this machine, and its features have a mean cosine of ${cosine.toFixed(4)} with those of float32`;
  return computes === 'int8'
    ? `${said}: it is ${figures}`
    : `${said}: int8 is ${figures}; it is taken from ${least.faster} times and ${least.cosine} on`;
}

/** Batches of preprocessed photos `[N, H, W, 3]`. */
async function* imagesOf(
  { backbone: { preprocessing } }: Extractor,
  photos: readonly Photo[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Tensor, void, undefined> {
  const reading = { verify: true, batchSize: imagesAtOnce, ...(signal && { signal }) };
  const how = { size: preprocessing.size, normalization: preprocessing, ...reading };
  for await (const { images, shape } of batches(photos, how)) yield tensor(images, [...shape]);
}

/** Compares the time and the features of a network in both ways. */
async function measure(
  plain: Extractor,
  int8: Extractor,
  images: AsyncIterable<Tensor>,
): Promise<MeasuredInt8> {
  const networks = [networkOf(plain), networkOf(int8)] as const;
  const all: Tensor[] = [];
  try {
    for await (const batch of images) all.push(batch);
    // All timed batches have one size, as the engine compiles for each.
    const full = all.filter(({ shape }) => shape[0] === all[0]!.shape[0]);
    const cosines: number[] = [];
    const ratios: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const batch = full[round % full.length]!;
      const [first, second] = [await timed(networks[0], batch), await timed(networks[1], batch)];
      if (round < full.length) cosines.push(...cosinesOf(first.rows, second.rows, plain.width));
      if (round > 0) ratios.push(first.seconds / second.seconds);
    }
    const middle = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)]!;
    return {
      faster: middle,
      cosine: cosines.reduce((sum, each) => sum + each, 0) / cosines.length,
    };
  } finally {
    for (const batch of all) batch.dispose();
  }
}

async function timed(network: (images: Tensor) => Computed, images: Tensor) {
  const begin = performance.now();
  const { features, summary } = network(images);
  const rows = await features.data<'float32'>();
  const seconds = (performance.now() - begin) / 1000;
  for (const each of new Set([features, summary])) each.dispose();
  return { rows, seconds };
}

/** The cosine between each row of one and that of the other. Two rows of zeros are alike; a row that is not finite is like no other. */
export function cosinesOf(one: Float32Array, other: Float32Array, width: number): number[] {
  return Array.from({ length: one.length / width }, (_, row) => {
    let [product, own, its] = [0, 0, 0];
    for (let k = row * width; k < (row + 1) * width; k++) {
      product += one[k]! * other[k]!;
      own += one[k]! ** 2;
      its += other[k]! ** 2;
    }
    const cosine = product / Math.sqrt(own * its);
    if (own === 0 && its === 0) return 1;
    return Number.isFinite(cosine) ? cosine : 0;
  });
}

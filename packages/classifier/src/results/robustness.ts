import type { Photo, Pixels } from '@shroom/data';
import { readPixels } from '@shroom/data/node';
import { answerMultiLabel, type Robustness, shareInterval } from '@shroom/train';
import sharp, { type Sharp } from 'sharp';
import { type ClassifierNetwork, outputsOf } from '../network/classifier-network';
import { imagesAtOnce } from '../network/extractor';
import { toTensor } from '../network/images';
import { labelsOf } from '../photos/truth';
import { Meter, type OnProgress } from '../progress';
import type { TestEvaluation } from '../training/test-evaluation';

/** Smallest and largest number of photos that are degraded. */
const [fewestPhotos, mostPhotos] = [16, 304];
/** Allowed number of passes through the network, as a share of the passes for the features of the run. */
const shareOfPasses = 0.04;

interface Condition {
  readonly name: string;
  readonly how: string;
  worsen(pixels: Pixels): Promise<Pixels>;
}

const sharpOf = ({ data, width, height }: Pixels) =>
  sharp(data, { raw: { width, height, channels: 3 } });

async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), height: info.height, width: info.width };
}

/** Standard deviation of the Gaussian blur as a share of the longer side: about 2 pixels for a side of 299. */
const blur = 1 / 150;

const conditions: readonly Condition[] = [
  {
    name: 'blurred',
    how: 'Gaussian blur, its standard deviation 1/150 of the side',
    worsen: pixels =>
      pixelsOf(sharpOf(pixels).blur(Math.max(0.3, blur * Math.max(pixels.height, pixels.width)))),
  },
  {
    name: 'compressed',
    how: 'JPEG at quality 30',
    worsen: async pixels => pixelsOf(sharp(await sharpOf(pixels).jpeg({ quality: 30 }).toBuffer())),
  },
  {
    name: 'dark',
    how: 'every value times 0.3',
    worsen: async ({ data, ...sides }) => ({ ...sides, data: data.map(value => 0.3 * value) }),
  },
];

/** Number of test photos to degrade, in whole batches. @param passes Number of passes through the network for the features of the run. */
export function photosToWorsen(passes: number): number {
  const batches = Math.floor((shareOfPasses * passes) / conditions.length / imagesAtOnce);
  return Math.min(mostPhotos, Math.max(fewestPhotos, batches * imagesAtOnce));
}

export interface RobustnessOptions {
  /** Input size `[height, width]` of the classifier. */
  readonly size: readonly [number, number];
  /** Largest number of photos that are degraded. The photos are taken at even steps. */
  readonly photos: number;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Accuracy on test photos: unchanged, blurred, compressed and darkened. Photos are degraded after resizing to the input size.
 *
 * @param isRight Whether an answer is right.
 * @param plain Logits of the test photos from one view, `[photos, classes]`.
 */
export async function robustnessOf(
  test: readonly Photo[],
  plain: Float32Array,
  network: ClassifierNetwork,
  isRight: Judge,
  { size, photos, onProgress, signal }: RobustnessOptions,
): Promise<Robustness> {
  const count = Math.min(photos, test.length);
  const places = Array.from({ length: count }, (_, i) => Math.floor((i * test.length) / count));
  const classes = network.classes.length;
  const rowOf = (logits: Float32Array, row: number) =>
    logits.subarray(row * classes, (row + 1) * classes);
  const before = places.map(place => isRight(rowOf(plain, place), test[place]!));
  const after = conditions.map((): boolean[] => []);
  const outputs = outputsOf(network);
  const meter = new Meter('worse photos', 'photos', onProgress);
  for (let start = 0; start < count; start += imagesAtOnce) {
    signal?.throwIfAborted();
    const own = places.slice(start, start + imagesAtOnce).map(place => test[place]!);
    const pixels = await Promise.all(
      own.map(({ origin, sha256 }) => readPixels(origin, size, { sha256 })),
    );
    for (const [index, { worsen }] of conditions.entries()) {
      const logits = await logitsOf(await Promise.all(pixels.map(worsen)), network, outputs);
      for (const [row, photo] of own.entries())
        after[index]!.push(isRight(rowOf(logits, row), photo));
    }
    meter.update(start + own.length, count);
  }
  const right = (answers: readonly boolean[]) => answers.filter(Boolean).length;
  return {
    photos: count,
    plain: shareInterval(right(before), count),
    conditions: conditions.map(({ name, how }, index) => {
      const now = after[index]!;
      return {
        ...{ name, how, accuracy: shareInterval(right(now), count) },
        lost: right(before.map((was, place) => was && !now[place])),
        gained: right(before.map((was, place) => !was && now[place]!)),
      };
    }),
  };
}

async function logitsOf(
  photos: readonly Pixels[],
  network: ClassifierNetwork,
  outputs: ReturnType<typeof outputsOf>,
): Promise<Float32Array> {
  // The last batch is filled up, because a compiled network accepts only one batch size.
  const filled = Array.from({ length: imagesAtOnce }, (_, row) => photos[row] ?? photos[0]!);
  const images = network.extractors.map(({ backbone }) => toTensor(filled, backbone));
  const { logits, summary } = outputs(images);
  try {
    return (await logits.data()) as Float32Array;
  } finally {
    for (const tensor of [...images, logits, summary]) tensor.dispose();
  }
}

/** Decides from the logits `[classes]` of one view whether the answer is right. */
export type Judge = (logits: Float32Array, photo: Photo) => boolean;

/** An answer is right if the most probable class is the true one, or, for the task 'multi-label', if all classes are right. */
export function judgeOf({ certainty: { plain } }: Pick<TestEvaluation, 'certainty'>): Judge {
  if (!('thresholds' in plain)) return (logits, { label }) => top(logits) === label;
  return (logits, photo) => {
    const { present } = answerMultiLabel(logits, plain);
    const own = labelsOf(photo);
    return present.length === own.length && present.every(k => own.includes(k));
  };
}

const top = (row: Float32Array): number => row.indexOf(Math.max(...row));

import type { Photo } from '@shroom/data';
import { batches, type SampleError } from '@shroom/data/node';
import { extractFeatures } from '@shroom/train';
import { type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { PhotoView } from '../photos/views';
import type { OnProgress } from '../progress';
import { Meter } from '../progress';
import { averaged } from '../serving/answer';
import type { ClassifierNetwork } from './classifier-network';
import { type Extractor, imagesAtOnce, networkOf } from './extractor';

/** Number of photos that are processed together, which bounds the memory. */
const photosAtOnce = 256;

/** How the output of photos is computed. */
export interface LogitsOptions {
  /** Called for each view of a photo that cannot be read. The photo is then left out. Default: it is an error. */
  readonly onUnread?: ((error: SampleError) => void) | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The classifier's output for a photo. */
export interface PhotoRow<P extends Photo> {
  readonly photo: P;
  /** `[K]`, combined from all views. */
  readonly logits: Float32Array;
  /** Spatial averages of the last feature maps of the unchanged photo. */
  readonly summary: Float32Array;
}

/**
 * Yields the classifier's output for each photo, in order, without using a cache. All networks get batches of one size, so that no bit of
 * the output depends on the other photos.
 *
 * @throws SampleError for a photo that cannot be read, unless there is `onUnread`.
 */
export async function* logitsOfPhotos<P extends Photo>(
  photos: readonly P[],
  network: ClassifierNetwork,
  views: readonly PhotoView[],
  { onUnread, onProgress, signal }: LogitsOptions,
): AsyncGenerator<PhotoRow<P>, void, undefined> {
  const { extractors, head, classes, task } = network;
  const meter = new Meter('classifying', 'photos', onProgress);
  const unread = new Set<string>();
  const reading = {
    ...(signal && { signal }),
    ...(onUnread && {
      onUnread: (error: SampleError) => {
        unread.add(error.sample);
        onUnread(error);
      },
    }),
  };
  const width = extractors.reduce((sum, each) => sum + each.width, 0);
  for (let start = 0; start < photos.length; start += photosAtOnce) {
    const own = photos.slice(start, start + photosAtOnce);
    const byView: Float32Array[][] = [];
    let summaries: readonly Float32Array[][] = [];
    for (const [index, view] of views.entries()) {
      const found = await featuresOf(own, extractors, view, index, reading);
      if (index === 0) summaries = found.summaries;
      byView.push(await logitsOf(found.features, own.length, width, head, classes.length));
      const share = (index + 1) / views.length;
      meter.update(start + Math.floor(share * own.length), photos.length);
    }
    for (const [place, photo] of own.entries()) {
      if (unread.has(photo.id)) continue;
      yield {
        photo,
        logits: averaged(
          byView.map(rows => rows[place]!),
          task,
        ),
        summary: Float32Array.from(summaries[place]!.flatMap(each => [...each])),
      };
    }
  }
}

/** Features of one view of photos from all extractors. */
interface ViewFeatures {
  /** `[photos, width]`. Those of photos that cannot be read mean nothing. */
  readonly features: Float32Array;
  /** For each photo, the spatial averages of the last feature map of each extractor. */
  readonly summaries: readonly Float32Array[][];
}

/**
 * Computes the features of one view of photos, in batches of one size.
 *
 * @param index Number of the view, which seeds its random crops.
 * @throws SampleError for a photo that cannot be read, unless there is `onUnread`.
 */
export async function featuresOf(
  photos: readonly Photo[],
  extractors: readonly Extractor[],
  view: PhotoView,
  index: number,
  reading: Pick<LogitsOptions, 'signal' | 'onUnread'>,
): Promise<ViewFeatures> {
  const width = extractors.reduce((sum, each) => sum + each.width, 0);
  const features = new Float32Array(photos.length * width);
  const summaries = photos.map((): Float32Array[] => []);
  let column = 0;
  for (const extractor of extractors) {
    for await (const { place, row, summary } of rowsOf(photos, extractor, view, index, reading)) {
      features.set(row, place * width + column);
      summaries[place]!.push(summary);
    }
    column += extractor.width;
  }
  return { features, summaries };
}

async function* rowsOf(
  photos: readonly Photo[],
  extractor: Extractor,
  view: PhotoView,
  epoch: number,
  reading: Pick<LogitsOptions, 'signal' | 'onUnread'>,
) {
  const { preprocessing } = extractor.backbone;
  const samples = photos.map(photo => ({ ...photo, view: view.viewOf(photo) }));
  const network = networkOf(extractor);
  const how = {
    size: preprocessing.size,
    normalization: preprocessing,
    batchSize: imagesAtOnce,
    fillLast: true,
    // A photo that has changed since its set was opened is another one.
    verify: true,
    ...(view.transforms && { transforms: view.transforms(preprocessing.size[0]), epoch }),
    ...reading,
  };
  for await (const { index, rows } of extractFeatures(samples, {
    batches: missing => batches(missing, how),
    network: images => {
      const { features, summary } = network(images);
      return [features, summary];
    },
    ...(reading.signal && { signal: reading.signal }),
  }))
    yield { place: index, row: rows[0]!, summary: rows[1]! };
}

/** @param features `[count, width]`. */
async function logitsOf(
  features: Float32Array,
  count: number,
  width: number,
  head: ClassifierNetwork['head'],
  classes: number,
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (let start = 0; start < count; start += imagesAtOnce) {
    const filled = new Float32Array(imagesAtOnce * width);
    filled.set(features.subarray(start * width, Math.min(count, start + imagesAtOnce) * width));
    const logits = tidy(
      () => head.apply(tensor2d(filled, [imagesAtOnce, width]), { training: false }) as Tensor2D,
    );
    try {
      const values = (await logits.data()) as Float32Array;
      for (let row = 0; row < Math.min(imagesAtOnce, count - start); row++)
        found.push(values.slice(row * classes, (row + 1) * classes));
    } finally {
      logits.dispose();
    }
  }
  return found;
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPixels } from '@shroom/data/node';
import { explain } from '@shroom/gradcam';
import type { GalleryPicture } from '@shroom/train';
import type { Classifier } from './classifier';
import { toTensor } from './features';
import { type MapName, mappingOf } from './heat-map';
import type { Photos } from './photos';
import { captioned, savePng, toDataAddress } from './pictures';
import { Progress } from './terminal';

/** A test photo with what the classifier said of it. */
interface Judged {
  /** Index into the photos. */
  readonly index: number;
  readonly truth: number;
  readonly predicted: number;
  readonly probability: number;
}

export interface GalleryOptions {
  /** The folder of the run. */
  readonly out: string;
  readonly map: MapName;
  readonly signal: AbortSignal;
}

const perClass = 2;

/** Explains the surest right and the surest wrong test photos of each class, and writes a picture of each. */
export async function explainTest(
  photos: Photos,
  test: readonly number[],
  probability: ArrayLike<number>,
  classifier: Classifier,
  options: GalleryOptions,
): Promise<GalleryPicture[]> {
  const { out, map, signal } = options;
  await rm(join(out, 'cams'), { recursive: true, force: true });
  const chosen = choose(photos, test, probability, classifier.classes.length);
  const { parts, method, draw } = mappingOf(classifier.model, map);
  const progress = new Progress('heat maps', 'photos');
  const gallery: GalleryPicture[] = [];
  const numbers = new Map<string, number>();
  try {
    for (const { index, truth, predicted, probability } of chosen) {
      signal.throwIfAborted();
      const photo = photos.photos[index]!;
      const pixels = await readPixels(photo.origin, classifier.backbone.preprocessing.size);
      const images = toTensor([pixels], classifier.backbone);
      const [explanation] = await explain(parts, images, { method, classIndex: predicted });
      images.dispose();

      const names = {
        truth: classifier.classes[truth]!,
        predicted: classifier.classes[predicted]!,
      };
      const right = truth === predicted;
      const said = right ? names.truth : `${names.truth}, taken for ${names.predicted}`;
      const nothing = explanation!.flat ? ' (no place raised its score)' : '';
      const picture = draw(pixels, explanation!.map);
      const caption = `${said}, ${Math.round(100 * probability)} % sure${nothing}`;
      const kind = `${names.truth}-${right ? 'right' : `wrong-as-${names.predicted}`}`;
      numbers.set(kind, (numbers.get(kind) ?? 0) + 1);
      await savePng(
        captioned(picture, caption),
        join(out, 'cams', `${kind}-${numbers.get(kind)}.png`),
      );
      gallery.push({ image: await toDataAddress(picture), name: photo.id, ...names, probability });
      progress.update(gallery.length, chosen.length);
    }
  } finally {
    progress.stop();
  }
  return gallery;
}

function choose(
  photos: Photos,
  test: readonly number[],
  probability: ArrayLike<number>,
  classes: number,
): Judged[] {
  const judged = test.map((index, row) => {
    const scores = Array.from({ length: classes }, (_, k) => probability[row * classes + k]!);
    const highest = Math.max(...scores);
    return {
      index,
      truth: photos.photos[index]!.label,
      predicted: scores.indexOf(highest),
      probability: highest,
    };
  });
  judged.sort((a, b) => b.probability - a.probability);
  return photos.classes.flatMap((_, label) => {
    const own = judged.filter(({ truth }) => truth === label);
    const right = own.filter(({ predicted }) => predicted === label).slice(0, perClass);
    const wrong = own.filter(({ predicted }) => predicted !== label).slice(0, perClass);
    return [...right, ...wrong];
  });
}

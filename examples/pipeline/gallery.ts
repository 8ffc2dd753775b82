import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPixels } from '@shroom/data/node';
import { explain } from '@shroom/gradcam';
import { answer, type GalleryPicture, type SamplePrediction } from '@shroom/train';
import type { ClassifierModel } from './classifier';
import { toTensor } from './features';
import { type MapName, mappingOf } from './heat-map';
import type { Photos } from './photos';
import { captioned, savePng, toDataAddress } from './pictures';
import { Progress } from './terminal';
import type { TestEvaluation } from './test-evaluation';

export interface GalleryOptions {
  /** The folder of the run. */
  readonly out: string;
  readonly map: MapName;
  readonly signal: AbortSignal;
}

const rightPerClass = 2;
const hardestInAll = 12;

/** The pictures of the report, the hardest and the right ones. */
export interface Gallery {
  readonly hardest: readonly GalleryPicture[];
  readonly right: readonly GalleryPicture[];
}

/** Explains the hardest test photos and the surest right ones of each class, and writes a picture of each. */
export async function explainTest(
  photos: Photos,
  test: readonly number[],
  { assessment: { hardest }, certainty, logits }: TestEvaluation,
  classifier: ClassifierModel,
  options: GalleryOptions,
): Promise<Gallery> {
  const { out, map, signal } = options;
  await rm(join(out, 'cams'), { recursive: true, force: true });
  const { classes } = classifier;
  const chosen = choose(hardest, classes.length);
  const { parts, method, draw } = mappingOf(classifier.model, map);
  const progress = new Progress('heat maps', 'photos');
  const gallery = { hardest: [] as GalleryPicture[], right: [] as GalleryPicture[] };
  let done = 0;
  const numbers = new Map<string, number>();
  try {
    for (const { sample, truth, predicted, probability, group } of chosen) {
      signal.throwIfAborted();
      const photo = photos.photos[test[sample]!]!;
      const pixels = await readPixels(photo.origin, classifier.backbone.preprocessing.size);
      const images = toTensor([pixels], classifier.backbone);
      const [explanation] = await explain(parts, images, { method, classIndex: predicted });
      images.dispose();

      const names = { truth: classes[truth]!, predicted: classes[predicted]! };
      const row = Array.from(classes, (_, k) => logits[sample * classes.length + k]!);
      const fitting = answer(row, certainty).fitting.map(k => classes[k]!);
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
      const image = await toDataAddress(picture);
      gallery[group].push({ image, name: photo.id, ...names, probability, fitting });
      progress.update(++done, chosen.length);
    }
  } finally {
    progress.stop();
  }
  return gallery;
}

interface Chosen extends SamplePrediction {
  readonly group: keyof Gallery;
}

/** The hardest, a quarter of all at most; then of each class those whose truth was expected most. */
function choose(samples: readonly SamplePrediction[], classes: number): Chosen[] {
  const hard = samples.slice(0, Math.min(hardestInAll, Math.ceil(samples.length / 4)));
  const right = [...Array(classes).keys()].flatMap(label =>
    samples
      .filter(({ truth, predicted }) => truth === label && predicted === label)
      .filter(each => !hard.includes(each))
      .slice(-rightPerClass)
      .reverse(),
  );
  return [
    ...hard.map(each => ({ ...each, group: 'hardest' as const })),
    ...right.map(each => ({ ...each, group: 'right' as const })),
  ];
}

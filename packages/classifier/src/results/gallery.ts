import { join } from 'node:path';
import { readPixels } from '@shroom/data/node';
import { answer, type GalleryPicture, type SamplePrediction } from '@shroom/train';
import type { Explainer } from '../explaining/explainer';
import { type MapName, mapStyles } from '../explaining/heat-map';
import { captioned, inline, savePng } from '../explaining/pictures';
import type { NamedPhotos } from '../photos/open-set';
import { Meter, type OnProgress } from '../progress';
import { fileName } from '../run/names';
import type { TestEvaluation } from '../training/test-evaluation';

export interface GalleryOptions {
  /** The folder for the pictures; it is there and empty. */
  readonly folder: string;
  /** `[height, width]` that the classifier takes. */
  readonly size: readonly [number, number];
  readonly map: MapName;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
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
  photos: NamedPhotos,
  test: readonly number[],
  { assessment: { hardest }, certainty, logits }: TestEvaluation,
  explainer: Explainer,
  options: GalleryOptions,
): Promise<Gallery> {
  const { folder, size, map, onProgress, signal } = options;
  const { classes } = photos;
  const style = mapStyles[map];
  const chosen = choose(hardest, classes.length);
  const meter = new Meter('heat maps', 'photos', onProgress);
  const gallery = { hardest: [] as GalleryPicture[], right: [] as GalleryPicture[] };
  const numbers = new Map<string, number>();
  for (const [done, { sample, truth, predicted, probability, group }] of chosen.entries()) {
    signal?.throwIfAborted();
    const photo = photos.photos[test[sample]!]!;
    const pixels = await readPixels(photo.origin, size);
    const { map: heat, flat } = await explainer.explain(pixels, {
      ...style,
      classIndex: predicted,
    });
    const names = { truth: classes[truth]!, predicted: classes[predicted]! };
    const row = Array.from(classes, (_, k) => logits[sample * classes.length + k]!);
    const fitting = answer(row, certainty).fitting.map(k => classes[k]!);
    const right = truth === predicted;
    const said = right ? names.truth : `${names.truth}, taken for ${names.predicted}`;
    const nothing = flat ? ' (no place raised its score)' : '';
    const picture = style.draw(pixels, heat);
    const caption = `${said}, ${Math.round(100 * probability)} % sure${nothing}`;
    const kind = right
      ? `${fileName(names.truth)}-right`
      : `${fileName(names.truth)}-wrong-as-${fileName(names.predicted)}`;
    numbers.set(kind, (numbers.get(kind) ?? 0) + 1);
    await savePng(captioned(picture, caption), join(folder, `${kind}-${numbers.get(kind)}.png`));
    const shown = await inline(picture);
    gallery[group].push({ ...shown, name: photo.id, ...names, probability, fitting });
    meter.update(done + 1, chosen.length);
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

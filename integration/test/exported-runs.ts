import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Classifier, openClassifier, train } from '@shroom/classifier';
import { decode } from '@shroom/data/node';
import { drawnFolder, generatedWeights, type SmallNetwork, side } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;

/** A small classifier that is trained to be exported. */
export interface SmallRun {
  readonly networks: readonly SmallNetwork[];
  readonly recipe: 'best' | 'reference';
  /** Whether photos have several classes. Default false. */
  readonly several?: boolean;
}

/** Draws photos, and a table in which some of them have two classes. */
export async function drawPhotos(folder: string): Promise<void> {
  const photos = join(folder, 'photos');
  await drawnFolder(photos, genera, 6);
  const rows = genera.flatMap((genus, k) =>
    Array.from({ length: 6 }, (_, seed) => {
      const labels = seed % 2 ? genus : `${genus}|${genera[(k + 1) % 3]}`;
      return `photos/${genus}/${seed}.jpg,${labels}`;
    }),
  );
  await writeFile(join(folder, 'several.csv'), ['file,label', ...rows].join('\n'));
}

/** Trains on the drawn photos, once for each name of a run. */
export async function trainedRun(folder: string, { networks, recipe, several }: SmallRun) {
  const out = join(folder, [...networks, recipe, several ? 'several' : 'one'].join('-'));
  if (existsSync(join(out, 'classifier.json'))) return out;
  const backbone: string[] = [];
  for (const name of networks) backbone.push(await generatedWeights(folder, name));
  await train(join(folder, several ? 'several.csv' : 'photos'), {
    ...{ size: side, epochs: 4, views: 1, testViews: 2, kind: 'drawings', recipe, backbone, out },
    architecture: [...networks],
    ...(several && { columns: { labelSeparator: '|' } }),
  });
  return out;
}

/** Photos as the input of an export: RGB from 0 to 1, `[N, H, W, 3]`; and what the classifier says of them from one view. */
export async function seenBy(run: string, photos: readonly string[]) {
  const images = new Float32Array(photos.length * side * side * 3);
  for (const [index, photo] of photos.entries()) {
    const { data } = await decode(photo, [side, side]);
    images.set(
      Float32Array.from(data, value => value / 255),
      index * data.length,
    );
  }
  const classifier = await openClassifier(run);
  const probabilities = await probabilitiesOf(classifier, photos, 1);
  return { classifier, images, probabilities };
}

export async function probabilitiesOf(
  classifier: Classifier,
  photos: readonly string[],
  views: number,
): Promise<number[]> {
  const answers = await classifier.predict(photos, { views });
  return answers.flatMap(answer => Object.values(answer.probabilities));
}

/** `[N, H, W, 3]` to `[N, 3, H, W]`. */
export function channelsFirst(images: Float32Array): Float32Array {
  const plane = side * side;
  return Float32Array.from(images, (_, k) => {
    const [photo, rest] = [Math.floor(k / (3 * plane)), k % (3 * plane)];
    const [channel, place] = [Math.floor(rest / plane), rest % plane];
    return images[photo * 3 * plane + place * 3 + channel]!;
  });
}

export const apart = (found: ArrayLike<number>, expected: ArrayLike<number>): number =>
  found.length === expected.length
    ? Math.max(...Array.from(expected, (value, k) => Math.abs(value - found[k]!)))
    : Number.POSITIVE_INFINITY;

/**
 * How many photos of things that a classifier does not know are recognized as unknown, by kind; writes docs/unknown-photos.md.
 *
 *     npx tsx unknown.ts --photographs <run> --drawn <run> [--out <file>]
 *
 * The runs are folders that `npm start` wrote: one on ../shared/mushrooms/manifest.csv, one on drawn mushrooms.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Classifier, openClassifier, type PhotoInput, startEngine } from '@shroom/classifier';
import { printerTo, runProgram, startBar } from '@shroom/classifier/command';
import { readPixels } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import { writeAtomically } from '@shroom/train/node';
import { otherPhotos, photosOfOtherThings } from './unknown/other-photos';
import { type ClassifierResult, type KindResult, unknownPage } from './unknown/page';
import { someOf, strangePictures } from './unknown/strange-pictures';

const printer = printerTo(process.stderr);
const { fact, heading } = printer;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Photographs of one kind, at most. */
const most = 150;
const drawnPerGenus = 7;

await runProgram(async signal => {
  const { values } = parseArgs({
    options: {
      photographs: { type: 'string' },
      drawn: { type: 'string' },
      out: { type: 'string', default: here('../docs/unknown-photos.md') },
    },
  });
  const { photographs, drawn } = values;
  if (photographs === undefined || drawn === undefined)
    throw new RangeError(
      'Give two runs of `npm start`: --photographs <run> --drawn <run>, on photographs and on drawn mushrooms.',
    );
  heading('Engine');
  const engine = await startEngine('auto');
  fact(engine.name, engine.reason);
  const made = await strangePictures();
  const things = someOf(await photosOfOtherThings(), most);

  const results: ClassifierResult[] = [];
  for (const [title, run] of [
    ['A classifier of photographs', photographs],
    ['The classifier of drawn mushrooms', drawn],
  ] as const) {
    heading(title);
    const classifier = await openClassifier(run, { signal });
    const { test } = JSON.parse(await readFile(join(run, 'split.json'), 'utf8'));
    const metrics = JSON.parse(await readFile(join(run, 'metrics.json'), 'utf8'));
    const data: string = metrics.options.data ?? '';
    const isDrawn = run === drawn;
    const kinds: KindResult[] = [ownTest(metrics, test.length)];
    const other: Record<string, readonly PhotoInput[]> = isDrawn
      ? { 'photographs of mushrooms': someOf(await photographsOf(photographs), most) }
      : { 'drawings of mushrooms': await drawings() };
    const all: Record<string, readonly PhotoInput[]> = {
      ...other,
      'photographs of other things': things,
      ...made,
    };
    for (const [kind, photos] of Object.entries(all)) {
      kinds.push(await asked(classifier, kind, photos, signal));
      const { unknown, sure } = kinds.at(-1)!;
      fact(kind, `${unknown} of ${photos.length} unknown, sure of ${sure}`);
    }
    const { trainedOn } = classifier.file;
    results.push({
      title,
      trainedOn: `Trained on ${trainedOn.photos} ${trainedOn.kind}${data === '' ? '' : ` (${trainedOn.name})`} of ${classifier.classes.length} genera.`,
      kinds,
      leftOut: metrics.test.novelty.leftOut,
    });
    await classifier.dispose();
  }
  await writeAtomically(values.out, unknownPage(results, otherPhotos));
  fact('page', values.out);
});

interface Metrics {
  readonly test: {
    readonly novelty: { readonly falseAlarms: { readonly value: number } };
    readonly sets: { readonly sure: number };
  };
}

/** Its own test photos, as the run measured them. */
function ownTest({ test }: Metrics, photos: number): KindResult {
  const unknown = Math.round(test.novelty.falseAlarms.value * photos);
  return {
    kind: 'its own test photos',
    photos,
    unknown,
    sure: Math.round(test.sets.sure * photos),
  };
}

async function asked(
  classifier: Classifier,
  kind: string,
  photos: readonly PhotoInput[],
  signal: AbortSignal,
): Promise<KindResult> {
  const progress = startBar(printer, kind, 'photos');
  let [done, unknown, sure] = [0, 0, 0];
  try {
    for (const answer of await classifier.predict(photos, { views: 1, signal })) {
      if (!answer.known) unknown++;
      if (answer.sure) sure++;
      progress.update(++done, photos.length);
    }
  } finally {
    progress.stop();
  }
  return { kind, photos: photos.length, unknown, sure };
}

function drawings(): Promise<PhotoInput[]> {
  const { photos } = openDrawn(drawnPerGenus);
  return Promise.all(photos.map(({ origin }) => readPixels(origin, [299, 299])));
}

/** The photographs that a run was made of. */
async function photographsOf(run: string): Promise<string[]> {
  const { configuration } = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
  const { train, validation, test } = JSON.parse(await readFile(join(run, 'split.json'), 'utf8'));
  const folder = join(configuration.data, '..');
  return [...train, ...validation, ...test].map(({ id }: { id: string }) => join(folder, id));
}

import { logitsOfPhotos } from '../../network/logits';
import { viewsOf } from '../../photos/views';
import { csv, predictionCells, predictionColumns } from '../../results/predictions';
import { certaintyOf } from '../../serving/certainty';
import { classifierFileOf, type OpenedClassifier } from '../classifier';
import { checkedPhoto, type ShardPhoto } from '../photos';
import type { Merging, Rower, Rows, WorkOf, WorkPlace } from './kind';
import { distinctPhotos, madeBy, reasonOf } from './rows';
import { writeWhole } from './written';

/** Rows of `predict`: as in `predictions.csv`. */
export function predictRows(
  { views }: WorkOf<'predict'>,
  { loaded, engine, dispose }: OpenedClassifier,
  { signal }: WorkPlace,
): Rower {
  const { network, novelty, file } = loaded;
  const certainty = certaintyOf(file, views);
  const seen = viewsOf(file.augment, views);
  const hashed = views > 1;

  async function rowsOf(
    photos: readonly ShardPhoto[],
    done: (photos: number) => void,
  ): Promise<Rows> {
    const { firsts, problems, placeOf } = distinctPhotos(
      await Promise.all(photos.map(photo => checkedPhoto(photo, hashed))),
      hashed,
    );
    const cells = new Map<string, unknown[]>();
    const facts = { id: '', part: '', truth: '' };
    const computed = logitsOfPhotos(firsts, network, seen, {
      signal,
      onUnread: error => problems.set(error.sample, reasonOf(error)),
      onProgress: progress => done(progress.done),
    });
    for await (const { photo, logits, summary } of computed) {
      const strange = novelty && {
        score: novelty.score(summary)[0]!,
        threshold: novelty.threshold,
      };
      cells.set(photo.id, predictionCells(facts, file.classes, logits, certainty, strange));
    }
    let unread = 0;
    const empty = predictionColumns(file.classes).map(() => '');
    const lines = photos.map(({ entry, number }) => {
      const place = placeOf.get(`${number}`);
      const of = place === undefined ? `${number}` : firsts[place]!.id;
      const [, ...rest] = cells.get(of) ?? empty;
      const problem = problems.get(of);
      if (problem !== undefined) unread++;
      return csv([[entry.id, ...rest, problem ?? '']]);
    });
    return { lines, unread };
  }

  return { rowsOf, made: madeBy(engine, loaded.file), dispose: async () => dispose() };
}

/** Writes one table: the columns of `predictions.csv`, and why a photo could not be read. */
export async function mergePredictions({ plan, out, run, rows, ...work }: Merging): Promise<void> {
  const { classes } = await classifierFileOf(plan, run, work);
  async function* table() {
    yield csv([[...predictionColumns(classes), 'error']]);
    yield* rows();
  }
  await writeWhole(out, table(), work.signal);
}

import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '@shroom/train/node';
import { Classifier } from '../../classifier';
import { PhotoError } from '../../errors';
import { loadMethod } from '../../explaining/methods';
import { requireExportFolder } from '../../exports/folder';
import { csv } from '../../results/predictions';
import type { OpenedClassifier } from '../classifier';
import { checkedPhoto, type ShardPhoto } from '../photos';
import type { Merging, Rower, Rows, WorkOf, WorkPlace } from './kind';
import { madeBy } from './rows';
import { writeWhole } from './written';

const columns = ['photo', 'prediction', 'probability', 'sure', 'known', 'explained', 'picture'];

/** Path of a photo's picture. No folder has more than a thousand. */
const pictureOf = (number: number): string => {
  const name = String(number).padStart(9, '0');
  return `pictures/${name.slice(0, -3)}/${name}.png`;
};

/** Rows of `explain`, and a picture for each photo. */
export async function explainRows(
  { method, layout, what: _, ...how }: WorkOf<'explain'>,
  { loaded, engine }: OpenedClassifier,
  { folder, signal }: WorkPlace,
): Promise<Rower> {
  const classifier = new Classifier(folder, loaded);
  const { tap, class: name, against, extractor } = how;
  const options = {
    method: await loadMethod(method),
    ...(tap !== undefined && { tap }),
    ...(name !== undefined && { class: name }),
    ...(against !== undefined && { against }),
    ...(extractor !== undefined && { extractor }),
    ...(signal && { signal }),
  };

  async function cellsOf(photo: ShardPhoto): Promise<unknown[]> {
    const { origin, number, entry } = photo;
    const { problem } = await checkedPhoto(photo, false);
    if (problem !== undefined) throw new PhotoError(entry.id, problem);
    const [found] = await classifier.explain({ name: entry.id, origin }, options);
    const { class: most, probability, sure, known, explained } = found!;
    const share = found!.probabilities[explained]!;
    const caption = `${explained}, ${Math.round(100 * share)} %`;
    const picture = pictureOf(number);
    await writeAtomically(join(folder, picture), await found!.toPng({ layout, caption }));
    return [entry.id, most, probability.toFixed(6), sure, known, explained, picture, ''];
  }

  async function rowsOf(
    photos: readonly ShardPhoto[],
    done: (photos: number) => void,
  ): Promise<Rows> {
    const lines: string[] = [];
    let unread = 0;
    for (const photo of photos) {
      signal?.throwIfAborted();
      const cells = await cellsOf(photo).catch((error: unknown) => {
        if (!(error instanceof PhotoError)) throw error;
        unread++;
        const reason = error.message.slice(error.photo.length + 2);
        return [photo.entry.id, ...columns.slice(1).map(() => ''), reason];
      });
      lines.push(csv([cells]));
      done(lines.length);
    }
    return { lines, unread };
  }

  return { rowsOf, made: madeBy(engine, loaded.file), dispose: () => classifier.dispose() };
}

/** Writes `explanations.csv` and the pictures. Pictures are linked where the disk allows it, so they take no room twice. */
export async function mergeExplanations({ out, rows, folders, signal }: Merging): Promise<void> {
  const folder = await requireExportFolder(
    out,
    /^(explanations\.csv|pictures\/\d{6,}\/\d{9,}\.png)$/,
  );
  await rm(join(folder, 'explanations.csv'), { force: true });
  await rm(join(folder, 'pictures'), { recursive: true, force: true });
  for (const shard of folders) {
    const pictures = join(shard, 'pictures');
    for (const group of await readdir(pictures).catch(() => [])) {
      await mkdir(join(folder, 'pictures', group), { recursive: true });
      for (const name of await readdir(join(pictures, group))) {
        signal?.throwIfAborted();
        await linked(join(pictures, group, name), join(folder, 'pictures', group, name));
      }
    }
  }
  async function* table() {
    yield csv([[...columns, 'error']]);
    yield* rows();
  }
  await writeWhole(join(folder, 'explanations.csv'), table(), signal);
}

async function linked(from: string, to: string): Promise<void> {
  if (!to.endsWith('.png')) return;
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch(() => copyFile(from, to));
}

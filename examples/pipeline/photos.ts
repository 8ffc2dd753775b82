import { basename, resolve } from 'node:path';
import {
  groupDuplicates,
  type Photo,
  type PhotoSet,
  plainView,
  randomStream,
  randomView,
  type Split,
  splitByClass,
  splitByGroup,
} from '@shroom/data';
import { inspect, openPhotos as open } from '@shroom/data/node';
import { Progress } from './terminal';

export interface Photos extends PhotoSet {
  readonly name: string;
}

/** The original's nine genera. */
const kaggleSet = 'kaggle:lizhecheng/mushroom-classification';

/** @param where `drawn`, `kaggle`, or whatever `@shroom/data` opens. */
export async function openPhotos(
  where: string,
  drawn: number,
  signal: AbortSignal,
): Promise<Photos> {
  const source = where === 'kaggle' ? kaggleSet : where;
  const loading = new Progress('download', 'MB');
  const checking = new Progress('checking', 'files');
  try {
    const set = await open(source, {
      drawn,
      signal,
      kaggle: {
        onProgress: ({ done, total = done }) => loading.update(megabytes(done), megabytes(total)),
      },
      onProgress: ({ done, total }) => {
        loading.stop();
        checking.update(done, total);
      },
    });
    return { ...set, name: where === 'drawn' ? where : basename(resolve(where)) };
  } finally {
    loading.stop();
    checking.stop();
  }
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1e6);

/** View 0 is the photo itself; the others depend on nothing but the photo and the number, so that they can be cached. */
export function viewOf(photo: Photo, view: number) {
  return view === 0 ? plainView : randomView(randomStream('view', photo.sha256, view));
}

/**
 * Splits the photos of each class, or keeps groups whole: those of a table, else photos that are the same or nearly so.
 *
 * @throws SplitError when a class has too few photos, or groups, to be in every part.
 */
export async function splitPhotos(
  set: Photos,
  kind: 'class' | 'group',
  seed: number,
  signal: AbortSignal,
): Promise<{ readonly split: Split; readonly rule: string }> {
  if (kind === 'class') {
    const rule = 'of each class ceil(0.65 n) train, floor(0.2 n) validation, the rest test';
    return { split: splitByClass(set.photos, { seed }), rule };
  }
  const isGrouped = set.photos.some(({ group }) => group !== undefined);
  const photos = isGrouped ? set.photos : await withDuplicates(set, signal);
  const groups = new Set(photos.map(({ id, group }) => group ?? id)).size;
  const kept = isGrouped ? 'groups' : 'groups of near duplicates';
  const rule = `${groups} ${kept}, whole, as near to 65/20/15 of each class as they allow`;
  return { split: splitByGroup(photos, { seed }), rule };
}

async function withDuplicates(set: Photos, signal: AbortSignal) {
  const looking = new Progress('looking', 'photos');
  try {
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      looking.update(done, total);
    const { duplicates } = await inspect(set, { signal, onProgress });
    return groupDuplicates(set.photos, duplicates);
  } finally {
    looking.stop();
  }
}

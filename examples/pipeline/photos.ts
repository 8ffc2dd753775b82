import { basename, resolve } from 'node:path';
import {
  type Photo,
  type PhotoSet,
  plainView,
  randomStream,
  randomView,
  type Split,
  splitByClass,
  splitByGroup,
} from '@shroom/data';
import { openPhotos as open } from '@shroom/data/node';
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

/** Photos of each class, or whole groups: those of a table, else whatever shares the part of its name before the first "-". */
export function splitPhotos(
  photos: readonly Photo[],
  kind: 'class' | 'group',
  seed: number,
): { readonly split: Split; readonly rule: string } {
  if (kind === 'class') {
    const rule = 'of each class ceil(0.65 n) train, floor(0.2 n) validation, the rest test';
    return { split: splitByClass(photos, { seed }), rule };
  }
  const grouped = photos.map(photo => ({
    ...photo,
    group: photo.group ?? basename(photo.id).split('-')[0]!,
  }));
  const groups = new Set(grouped.map(({ group }) => group)).size;
  const rule = `whole groups, ${groups} in all, as near to 65/20/15 of each class as they allow`;
  return { split: splitByGroup(grouped, { seed }), rule };
}

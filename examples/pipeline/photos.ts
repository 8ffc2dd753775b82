import { basename, resolve } from 'node:path';
import { type Photo, type PhotoSet, plainView, randomStream, randomView } from '@shroom/data';
import { type GivenSplit, openPhotos as open } from '@shroom/data/node';
import { columnsOf, copiesFor } from './splitting';
import { Progress } from './terminal';

export interface Photos extends PhotoSet {
  readonly name: string;
}

/** The original's nine genera. */
const kaggleSet = 'kaggle:lizhecheng/mushroom-classification';

/**
 * @param where `drawn`, `kaggle`, or whatever `@shroom/data` opens.
 * @param group As the option `--group` has it: a table's columns are read here, and near copies looked for.
 * @param givenSplit As the option `--given-split` has it.
 */
export async function openPhotos(
  where: string,
  drawn: number,
  group: string,
  signal: AbortSignal,
  givenSplit: GivenSplit = 'auto',
): Promise<Photos> {
  const source = where === 'kaggle' ? kaggleSet : where;
  const columns = columnsOf(group);
  const loading = new Progress('download', 'MB');
  const checking = new Progress('checking', 'files');
  try {
    const set = await open(source, {
      drawn,
      signal,
      givenSplit,
      copies: copiesFor(group),
      ...(columns && { group: columns }),
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

import { basename, resolve } from 'node:path';
import { type Photo, type PhotoSet, plainView, randomStream, randomView } from '@shroom/data';
import { openPhotos as open, registerPhotoSource } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import { columnNames } from './columns';
import type { TrainOptions } from './options';
import { columnsOf, copiesFor } from './splitting';
import { Progress } from './terminal';

export interface Photos extends PhotoSet {
  readonly name: string;
}

/** The reference's nine genera. */
const kaggleSet = 'kaggle:lizhecheng/mushroom-classification';

// `drawn:40` is 40 drawings of each genus, wherever photos are opened.
registerPhotoSource('drawn', async where => openDrawn(Number(where.slice('drawn:'.length))));

/** Where photos are and how they are read, as the options of the same names have it. */
export type PhotoOptions = Pick<TrainOptions, 'data' | 'group' | 'columns'> &
  Partial<Pick<TrainOptions, 'drawn' | 'givenSplit'>>;

/** @param options `data` is `drawn`, `kaggle`, or whatever `@shroom/data` opens. */
export async function openPhotos(
  { data: where, drawn = 40, group, givenSplit = 'auto', columns }: PhotoOptions,
  signal: AbortSignal,
): Promise<Photos> {
  const known: Readonly<Record<string, string>> = { drawn: `drawn:${drawn}`, kaggle: kaggleSet };
  const source = known[where] ?? where;
  const groups = columnsOf(group);
  const loading = new Progress('download', 'MB');
  const checking = new Progress('checking', 'files');
  try {
    const set = await open(source, {
      signal,
      givenSplit,
      copies: copiesFor(group),
      ...(groups && { group: groups }),
      ...(columns !== undefined && columnNames(columns)),
      kaggle: {
        onProgress: ({ done, total = done }) => loading.update(megabytes(done), megabytes(total)),
      },
      onProgress: ({ done, total }) => {
        loading.stop();
        checking.update(done, total);
      },
    });
    return { ...set, name: basename(resolve(where)) };
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

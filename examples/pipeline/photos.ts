import { basename, resolve } from 'node:path';
import { type Photo, type PhotoSet, plainView, randomStream, randomView } from '@shroom/data';
import { openDrawn, openFolder } from '@shroom/data/node';
import { Progress } from './terminal';

export interface Photos extends PhotoSet {
  readonly name: string;
}

/** @param where `drawn`, or a folder with a folder per class. */
export async function openPhotos(
  where: string,
  drawnPerClass: number,
  signal: AbortSignal,
): Promise<Photos> {
  if (where === 'kaggle') {
    throw new Error(
      '--data kaggle cannot download yet. Fetch lizhecheng/mushroom-classification from Kaggle by hand, unpack it, ' +
        'and give the folder that holds the nine class folders: --data <folder>.',
    );
  }
  if (where === 'drawn') return { ...openDrawn(drawnPerClass), name: 'drawn' };
  const progress = new Progress('checking', 'files');
  try {
    const set = await openFolder(where, {
      signal,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
    return { ...set, name: basename(resolve(where)) };
  } finally {
    progress.stop();
  }
}

/** View 0 is the photo itself; the others depend on nothing but the photo and the number, so that they can be cached. */
export function viewOf(photo: Photo, view: number) {
  return view === 0 ? plainView : randomView(randomStream('view', photo.sha256, view));
}

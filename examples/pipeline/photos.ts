import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import {
  drawMushroom,
  genera,
  type Photo,
  type PhotoSet,
  type Pixels,
  plainView,
  randomStream,
  randomView,
} from '@shroom/data';
import { decode, openFolder, type PhotoFile } from '@shroom/data/node';
import { Progress } from './terminal';

/** A labelled set whose pictures can be had at any size. */
export interface Photos extends PhotoSet {
  readonly name: string;
  /** @param size `[height, width]`. */
  pixels(photo: Photo, size: readonly [number, number]): Promise<Pixels>;
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
  return where === 'drawn' ? drawnPhotos(drawnPerClass) : photosInFolder(where, signal);
}

async function photosInFolder(folder: string, signal: AbortSignal): Promise<Photos> {
  const progress = new Progress('checking', 'files');
  try {
    const set = await openFolder(folder, {
      signal,
      onProgress: ({ done, total }) => progress.update(done, total),
    });
    return {
      ...set,
      name: basename(resolve(folder)),
      pixels: (photo, size) => decode((photo as PhotoFile).path, size),
    };
  } finally {
    progress.stop();
  }
}

function drawnPhotos(perClass: number): Photos {
  const hand = handOfTheArtist();
  const photos = genera.flatMap((genus, label) =>
    Array.from({ length: perClass }, (_, seed) => {
      const id = `drawn/${genus}/${seed}`;
      return {
        id,
        label,
        seed,
        sha256: createHash('sha256').update(`${hand}/${id}`).digest('hex'),
      };
    }),
  );
  const seeds = new Map(photos.map(({ id, seed }) => [id, seed]));
  return {
    name: 'drawn',
    classes: genera,
    photos,
    findings: [],
    pixels: async ({ id, label }, [size]) => {
      const { pixels, height, width } = drawMushroom(genera[label]!, {
        seed: seeds.get(id)!,
        size,
      });
      return { data: pixels, height, width };
    },
  };
}

/** Changes when the way of drawing does, so that features cached for older drawings are not taken for these. */
function handOfTheArtist(): string {
  const hash = createHash('sha256');
  for (const genus of genera) hash.update(drawMushroom(genus, { seed: 0, size: 64 }).pixels);
  return hash.digest('hex');
}

/** View 0 is the photo itself; the others depend on nothing but the photo and the number, so that they can be cached. */
export function viewOf(photo: Photo, view: number) {
  return view === 0 ? plainView : randomView(randomStream('view', photo.sha256, view));
}

import { join } from 'node:path';
import { readPixels } from '@shroom/data/node';
import type { GalleryPicture } from '@shroom/train';
import type { Explainer } from '../explaining/explainer';
import { mapStyles } from '../explaining/heat-map';
import type { MapName } from '../explaining/map-names';
import { captioned, inline, savePng } from '../explaining/pictures';
import type { NamedPhotos } from '../photos/open-set';
import { Meter, type OnProgress } from '../progress';
import { fileName } from '../run/names';
import type { TestEvaluation } from '../training/test-evaluation';
import { choosePhotos } from './chosen';

export interface GalleryOptions {
  /** An existing, empty folder for the pictures. */
  readonly folder: string;
  /** Input size `[height, width]` of the classifier. */
  readonly size: readonly [number, number];
  readonly map: MapName;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The pictures of the report: the hardest photos, and right answers. */
export interface Gallery {
  readonly hardest: readonly GalleryPicture[];
  readonly right: readonly GalleryPicture[];
}

/** Explains the hardest test photos and the most certain right answers of each class, and writes a picture of each. */
export async function explainTest(
  photos: NamedPhotos,
  test: readonly number[],
  evaluated: TestEvaluation,
  explainer: Explainer,
  options: GalleryOptions,
): Promise<Gallery> {
  const { folder, size, map, onProgress, signal } = options;
  const style = mapStyles[map];
  const chosen = choosePhotos(evaluated, photos.classes);
  const meter = new Meter('heat maps', 'photos', onProgress);
  const gallery = { hardest: [] as GalleryPicture[], right: [] as GalleryPicture[] };
  const numbers = new Map<string, number>();
  // A picture is written while the next heat map is computed.
  let writing: Promise<unknown> = Promise.resolve();
  try {
    for (const [done, each] of chosen.entries()) {
      signal?.throwIfAborted();
      const photo = photos.photos[test[each.sample]!]!;
      const pixels = await readPixels(photo.origin, size, { sha256: photo.sha256 });
      const { map: heat, flat } = await explainer.explain(pixels, {
        ...style,
        classIndex: each.explained,
      });
      await writing;
      const nothing = flat ? ' (no place raised its score)' : '';
      const picture = style.draw(pixels, heat);
      const { named, wrongAs } = each;
      const kind =
        wrongAs === undefined
          ? `${fileName(named)}-right`
          : `${fileName(named)}-wrong-as-${fileName(wrongAs)}`;
      // Many disks take names that differ only in letter case for the same file.
      const key = kind.normalize('NFC').toLowerCase();
      const number = (numbers.get(key) ?? 0) + 1;
      numbers.set(key, number);
      const file = join(folder, `${kind}-${number}.png`);
      writing = Promise.all([
        savePng(captioned(picture, each.caption + nothing), file),
        inline(picture).then(small =>
          gallery[each.group].push({ ...small, name: photo.id, ...each.shown }),
        ),
      ]);
      // A failure is thrown at the next await; until then it is not unhandled.
      writing.catch(() => {});
      meter.update(done + 1, chosen.length);
    }
    await writing;
  } finally {
    await Promise.allSettled([writing]);
  }
  return gallery;
}

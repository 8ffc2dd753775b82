import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Drawing } from '../generate';
import { type Genus, genera } from '../genus';
import { drawMushroom } from '../mushroom';

/** A drawing as a photo of a labeled set. */
export interface DrawnPhoto {
  /** Such as `drawn/Amanita/3`. */
  readonly id: string;
  /** Index into the genera. */
  readonly label: number;
  /** Of what is drawn, in hexadecimal. */
  readonly sha256: string;
  /** For a thread that makes the pixels: it imports the module, and calls its `generate`. */
  readonly origin: {
    readonly kind: 'generated';
    readonly module: string;
    readonly args: Drawing;
  };
}

export interface DrawnPhotos {
  readonly classes: readonly Genus[];
  readonly photos: readonly DrawnPhoto[];
  readonly findings: readonly never[];
}

/**
 * The same drawn mushrooms on every machine, a number of each genus; they are drawn when their pixels are read.
 *
 * @example
 * ```ts
 * import { batches } from '@shroom/data/node';
 *
 * const { photos } = openDrawn(10); // 90, ten of each genus
 * const normalization = { channelOrder: 'RGB', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] } as const;
 * for await (const { images } of batches(photos, { size: [64, 64], normalization })) console.log(images.length);
 * ```
 */
export function openDrawn(perClass: number): DrawnPhotos {
  const hand = handOfTheArtist();
  const module = ownModule();
  const photos = genera.flatMap((genus, label) =>
    Array.from({ length: perClass }, (_, seed) => {
      const id = `drawn/${genus}/${seed}`;
      const sha256 = createHash('sha256').update(`${hand}/${id}`).digest('hex');
      return {
        id,
        label,
        sha256,
        origin: { kind: 'generated', module, args: { genus, seed } } as const,
      };
    }),
  );
  return { classes: genera, photos, findings: [] };
}

/** Found by this package's own name, wherever the build put this file. */
const ownModule = (): string =>
  pathToFileURL(createRequire(import.meta.url).resolve('@shroom/drawn/generate')).href;

/** Changes when the way of drawing does, so that what was computed of older drawings is not taken for these. */
function handOfTheArtist(): string {
  const hash = createHash('sha256');
  for (const genus of genera) hash.update(drawMushroom(genus, { seed: 0, size: 64 }).pixels);
  return hash.digest('hex');
}

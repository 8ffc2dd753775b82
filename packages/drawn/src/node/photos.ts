import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Drawing } from '../generate';
import { type Genus, genera } from '../genus';
import { drawMushroom } from '../mushroom';

/** A drawing as a photo of a labeled set. */
export interface DrawnPhoto {
  /** Identifier, such as `drawn/Amanita/3`. */
  readonly id: string;
  /** Index of the class in `genera`. */
  readonly label: number;
  /** SHA-256 of the drawing code's output and the id, in hexadecimal. It changes when the drawing would. */
  readonly sha256: string;
  /** Where the pixels come from. A thread that makes them imports the module and calls its `generate`. */
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
 * Opens a set of drawn mushrooms, the same on every machine, with `perClass` drawings of each
 * genus. Each is drawn when its pixels are read.
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

/** The module is found by this package's name, because a build may put this file anywhere. */
const ownModule = (): string =>
  pathToFileURL(createRequire(import.meta.url).resolve('@shroom/drawn/generate')).href;

/** Returns a text that changes when the drawing code draws differently, so that cached results of older drawings are not reused. */
function handOfTheArtist(): string {
  const hash = createHash('sha256');
  for (const genus of genera) hash.update(drawMushroom(genus, { seed: 0, size: 64 }).pixels);
  return hash.digest('hex');
}

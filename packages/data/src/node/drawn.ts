import { createHash } from 'node:crypto';
import { genera } from '../drawn/genus';
import { drawMushroom } from '../drawn/mushroom';
import type { PhotoSet } from '../photo';

/** The same drawn mushrooms on every machine, a number of each genus; they are drawn when their pixels are read. */
export function openDrawn(perClass: number): PhotoSet {
  const hand = handOfTheArtist();
  const photos = genera.flatMap((genus, label) =>
    Array.from({ length: perClass }, (_, seed) => {
      const id = `drawn/${genus}/${seed}`;
      const sha256 = createHash('sha256').update(`${hand}/${id}`).digest('hex');
      return { id, label, sha256, origin: { kind: 'drawn', genus, seed } as const };
    }),
  );
  return { classes: genera, photos, findings: [] };
}

/** Changes when the way of drawing does, so that what was computed of older drawings is not taken for these. */
function handOfTheArtist(): string {
  const hash = createHash('sha256');
  for (const genus of genera) hash.update(drawMushroom(genus, { seed: 0, size: 64 }).pixels);
  return hash.digest('hex');
}

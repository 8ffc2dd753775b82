import { drawMushroom, genera } from '@shroom/drawn';
import { encodePng } from '@shroom/gradcam/pictures';

/** Draws a mushroom and returns it as a picture file. */
export async function drawFile(seed: number): Promise<File> {
  const genus = genera[seed % genera.length]!;
  const { pixels, height, width } = drawMushroom(genus, { seed, size: 640 });
  const png = (await encodePng({ data: pixels, height, width })) as Uint8Array<ArrayBuffer>;
  return new File([png], `drawn ${genus} ${seed}.png`, { type: 'image/png' });
}

/** Whether `drawFile` draws any of the classes. */
export const draws = (classes: readonly string[]): boolean =>
  genera.some(genus => classes.includes(genus));

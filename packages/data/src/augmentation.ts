import type { Pixels } from './photo';
import type { RandomStream } from './random';

/** How a training view of a photo differs from the photo. */
export interface View {
  readonly flipHorizontally: boolean;
  readonly flipVertically: boolean;
  /** Degrees counter-clockwise. */
  readonly rotation: number;
}

/** The view that evaluation uses. */
export const plainView: View = { flipHorizontally: false, flipVertically: false, rotation: 0 };

/** A view as the original draws it: each flip with probability 0.5, a rotation of up to 15 degrees either way. */
export function randomView(random: RandomStream): View {
  return {
    flipHorizontally: random.chance(0.5),
    flipVertically: random.chance(0.5),
    rotation: random.between(-15, 15),
  };
}

/** Flips, then rotates about the centre; the corners that nothing falls on are black. New pixels of the same size. */
export function augment(pixels: Pixels, view: View): Pixels {
  const { height, width, data } = pixels;
  const angle = (view.rotation * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const centreX = width / 2;
  const centreY = height / 2;
  const result = new Uint8Array(data.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    const dy = y + 0.5 - centreY;
    for (let x = 0; x < width; x++, target += 3) {
      const dx = x + 0.5 - centreX;
      // Where the pixel's centre comes from; nearest neighbour, as torchvision's RandomRotation has it.
      let sourceX = Math.floor(cos * dx - sin * dy + centreX);
      let sourceY = Math.floor(sin * dx + cos * dy + centreY);
      if (sourceX < 0 || sourceY < 0 || sourceX >= width || sourceY >= height) continue;
      if (view.flipHorizontally) sourceX = width - 1 - sourceX;
      if (view.flipVertically) sourceY = height - 1 - sourceY;
      const source = (sourceY * width + sourceX) * 3;
      result[target] = data[source]!;
      result[target + 1] = data[source + 1]!;
      result[target + 2] = data[source + 2]!;
    }
  }
  return { data: result, height, width };
}

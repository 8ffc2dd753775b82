import type { Pixels } from '@shroom/data';
import type { DrawnMushroom } from '@shroom/drawn';

const colors = {
  ground: [0xe4, 0xdb, 0xc8],
  cap: [0xa8, 0x4b, 0x2f],
  stem: [0xd9, 0xa8, 0x5c],
  rest: [0x3a, 0x2f, 0x25],
};

/** Cap, stem and the other parts of a drawn mushroom in flat colors. */
export function maskPicture({ masks, width, height }: DrawnMushroom): Pixels {
  const data = new Uint8Array(3 * width * height);
  const partAt = (i: number): keyof typeof colors => {
    if (masks.cap[i]) return 'cap';
    if (masks.stem[i]) return 'stem';
    return masks.mushroom[i] ? 'rest' : 'ground';
  };
  for (let i = 0; i < width * height; i++) data.set(colors[partAt(i)], 3 * i);
  return { data, width, height };
}

import { randomStream, resize } from '@shroom/data';
import type { NamedPhoto } from './picture';

/** Yields pictures of random color patches, from large to small patches. The pictures stand in for photos when no photos are given. */
export async function* randomPhotos(): AsyncGenerator<NamedPhoto, void, undefined> {
  for (const side of [4, 8, 16]) {
    const random = randomStream('random photo', side);
    const data = Uint8Array.from({ length: 3 * side * side }, () => random.below(256));
    const photo = { data, height: side, width: side };
    const picture = {
      resized: async (size: readonly [number, number]) => resize(photo, size),
      whole: async () => photo,
      sha256: async () => '',
    };
    yield { name: `${side} x ${side} patches`, read: async () => picture };
  }
}

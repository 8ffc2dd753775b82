import { augment, normalize, type Pixels, transform } from '@shroom/data';
import type { Extractor } from '../network/extractor';
import type { Picture } from '../photos/picture';
import type { PhotoView } from '../photos/views';

/** A photo in one view, as the networks take it. */
export interface Seen {
  /** The photo itself at the networks' size; of other views the view. */
  readonly pixels: Pixels;
  /** For each extractor, preprocessed. */
  readonly images: readonly Float32Array[];
}

/** A photo in each of some views. @throws PhotoError when it cannot be read. */
export async function seenIn(
  picture: Picture,
  views: readonly PhotoView[],
  extractors: readonly Extractor[],
): Promise<Seen[]> {
  const { size } = extractors[0]!.backbone.preprocessing;
  const sha256 = views.length > 1 ? await picture.sha256() : '';
  const plain = await picture.resized(size);
  const whole = views.some(view => view.transforms) ? await picture.whole() : plain;
  return views.map((view, index) => {
    const pixels = view.transforms
      ? transform(augment(whole, view.viewOf({ sha256 })), view.transforms(size[0]), {
          ...{ seed: 0, epoch: index, photo: sha256 },
        })
      : augment(plain, view.viewOf({ sha256 }));
    return { pixels, images: extractors.map(extractor => numbersOf(pixels, extractor)) };
  });
}

function numbersOf(pixels: Pixels, { backbone: { preprocessing } }: Extractor): Float32Array {
  const numbers = new Float32Array(pixels.height * pixels.width * 3);
  normalize(pixels, preprocessing, numbers, 0);
  return numbers;
}

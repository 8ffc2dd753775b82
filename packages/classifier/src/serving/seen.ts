import { augment, normalize, type Pixels, transform } from '@shroom/data';
import type { Extractor } from '../network/extractor';
import type { Picture } from '../photos/picture';
import type { PhotoView } from '../photos/views';

/** One view of a photo, ready for the networks. */
export interface Seen {
  /** The view's pixels at the input size of the networks. */
  readonly pixels: Pixels;
  /** The preprocessed view for each extractor. */
  readonly images: readonly Float32Array[];
}

/** Makes the given views of a photo. @throws PhotoError when the photo cannot be read. */
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

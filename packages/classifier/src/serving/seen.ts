import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { augment, normalize, type Pixels, resize, transform } from '@shroom/data';
import { DecodeError, decode, decodeWhole } from '@shroom/data/node';
import { PhotoError } from '../errors';
import type { Extractor } from '../network/extractor';
import type { NamedInput } from '../photos/inputs';
import type { PhotoView } from '../photos/views';

/** A photo in one view, as the networks take it. */
export interface Seen {
  /** The photo itself at the networks' size; of other views the view. */
  readonly pixels: Pixels;
  /** For each extractor, preprocessed. */
  readonly images: readonly Float32Array[];
}

/**
 * A photo in each of some views.
 *
 * @throws PhotoError when it cannot be read.
 */
export async function seenIn(
  { name, input }: NamedInput,
  views: readonly PhotoView[],
  extractors: readonly Extractor[],
): Promise<Seen[]> {
  const { size } = extractors[0]!.backbone.preprocessing;
  try {
    const photo = typeof input === 'string' ? await readFile(input) : input;
    const isFile = photo instanceof Uint8Array;
    if (!isFile) requirePixels(photo);
    const sha256 = views.length > 1 ? hashOf(isFile ? photo : photo.data) : '';
    const plain = isFile ? await decode(photo, size) : resize(photo, size);
    const needsWhole = views.some(view => view.transforms);
    const whole = !isFile ? photo : needsWhole ? await decodeWhole(photo) : plain;
    return views.map((view, index) => {
      const pixels = view.transforms
        ? transform(augment(whole, view.viewOf({ sha256 })), view.transforms(size[0]), {
            ...{ seed: 0, epoch: index, photo: sha256 },
          })
        : augment(plain, view.viewOf({ sha256 }));
      return { pixels, images: extractors.map(extractor => numbersOf(pixels, extractor)) };
    });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new PhotoError(name, 'there is no such photo or folder.', { cause });
    if (cause instanceof DecodeError || code !== undefined || cause instanceof RangeError)
      throw new PhotoError(name, message, { cause });
    throw cause;
  }
}

/** Four channels, such as those of a canvas, would be read as other pixels. @throws RangeError */
function requirePixels(photo: Partial<Pixels> | null | undefined): void {
  const { data, height, width } = photo ?? {};
  if (height === undefined || width === undefined)
    throw new RangeError('it is no path, no bytes, no Blob and no pixels.');
  if (data?.length !== height * width * 3)
    throw new RangeError(
      `${height} x ${width} pixels in RGB are ${height * width * 3} numbers, not ${data?.length}.`,
    );
}

function numbersOf(pixels: Pixels, { backbone: { preprocessing } }: Extractor): Float32Array {
  const numbers = new Float32Array(pixels.height * pixels.width * 3);
  normalize(pixels, preprocessing, numbers, 0);
  return numbers;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

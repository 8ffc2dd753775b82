import { exifOrientation, type Orientation, xmpOrientation } from '../orientation';

const text = new TextDecoder('latin1');
const nameOfXmp = 'http://ns.adobe.com/xap/1.0/\0';

/** Returns the XMP text of an application segment (APP1), or `undefined` if the segment holds other data. */
export function xmpOfSegment(segment: Uint8Array): string | undefined {
  // The first letters rule out most segments.
  if (segment[0] !== 0x68 || segment[4] !== 0x3a) return undefined;
  const name = text.decode(segment.subarray(0, nameOfXmp.length));
  return name === nameOfXmp ? text.decode(segment.subarray(nameOfXmp.length)) : undefined;
}

/**
 * Returns the orientation that a JPEG's XMP data states. The result is 1 if there is none, and also if the EXIF data states an orientation,
 * because EXIF takes precedence, as in Pillow.
 *
 * @see XMP specification, part 3, 1.1.3
 * @example
 * ```ts
 * const upright = turnUpright(pixels, xmpOrientationOfJpeg(bytes)); // pixels as they are stored
 * ```
 */
export function xmpOrientationOfJpeg(bytes: Uint8Array): Orientation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let found: Orientation | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = view.getUint16(at);
    const segment = bytes.subarray(at + 4, at + 2 + view.getUint16(at + 2));
    // After the start of the scan there is no metadata.
    if (marker === 0xffda || marker < 0xff01) break;
    if (marker === 0xffe1) {
      if (
        text.decode(segment.subarray(0, 6)) === 'Exif\0\0' &&
        exifOrientation(segment.subarray(6))
      )
        return 1;
      found ??= xmpOrientation(xmpOfSegment(segment) ?? '');
    }
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return found ?? 1;
}

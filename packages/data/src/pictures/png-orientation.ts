import { exifOrientation, type Orientation, xmpOrientation } from '@shroom/pixels';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export const isPng = (bytes: Uint8Array): boolean =>
  signature.every((value, index) => bytes[index] === value);

/** Maximum number of bytes of an unpacked text; real ones have a few kilobytes. */
const mostText = 2 ** 20;

/**
 * The orientation of a PNG. It may be in a chunk of EXIF data, in a text "Raw profile type exif" (the older way), or in
 * XMP. The first of these that states an orientation counts, as in Pillow.
 *
 * @see PNG (third edition), 11.3.4 and 11.3.5
 */
export async function pngOrientation(bytes: Uint8Array): Promise<Orientation> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let raw: Orientation | undefined;
  let xmp: Orientation | undefined;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const kind = ascii(bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
    if (content.length < length || kind === 'IEND') break;
    if (kind === 'eXIf') {
      const found = exifOrientation(withoutName(content));
      if (found) return found;
    } else if (/^(tEXt|zTXt|iTXt)$/.test(kind)) {
      const [name, text] = await readText(kind, content);
      if (/^Raw profile type (exif|APP1)$/.test(name))
        raw ??= exifOrientation(withoutName(fromHex(text)));
      else if (name === 'XML:com.adobe.xmp') xmp ??= xmpOrientation(text);
    }
  }
  return raw ?? xmp ?? 1;
}

/** The PNG without its chunk of EXIF data, so that no other decoder turns it again. */
export function withoutExif(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = 0;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (ascii(bytes.subarray(at + 4, at + 8)) === 'eXIf') {
      parts.push(bytes.subarray(from, at));
      from = end;
    }
    at = end;
  }
  return [...parts, bytes.subarray(from)];
}

/** Keyword and text of a `tEXt`, `zTXt` or `iTXt` chunk. The text is empty if it cannot be unpacked or is not needed. */
async function readText(kind: string, chunk: Uint8Array): Promise<[string, string]> {
  const end = chunk.indexOf(0);
  const name = ascii(chunk.subarray(0, Math.max(0, end)));
  if (!/^(Raw profile type|XML:com\.adobe\.xmp)/.test(name)) return [name, ''];
  if (kind === 'tEXt') return [name, ascii(chunk.subarray(end + 1))];
  if (kind === 'zTXt') return [name, ascii(await inflate(chunk.subarray(end + 2)))];
  const packed = chunk[end + 1] === 1;
  // The two flags are followed by the language, and by the keyword in that language.
  const language = chunk.indexOf(0, end + 3);
  const translated = language < 0 ? -1 : chunk.indexOf(0, language + 1);
  if (translated < 0) return [name, ''];
  const text = chunk.subarray(translated + 1);
  return [name, ascii(packed ? await inflate(text) : text)];
}

/** Decodes text as ImageMagick writes it: a name, the length, then lines of hexadecimal digits. */
function fromHex(text: string): Uint8Array {
  const digits = /^\s*\w*\s+\d+\s+([0-9a-f\s]*)/i.exec(text)?.[1]?.replaceAll(/\s/g, '') ?? '';
  return Uint8Array.from({ length: digits.length >> 1 }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** Removes the name with which EXIF data may begin, as in a JPEG. */
const withoutName = (exif: Uint8Array): Uint8Array =>
  ascii(exif.subarray(0, 6)) === 'Exif\0\0' ? exif.subarray(6) : exif;

async function inflate(packed: Uint8Array): Promise<Uint8Array> {
  const source = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  const reader = source.pipeThrough(new DecompressionStream('deflate')).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < mostText) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      length += value.length;
    }
  } catch {
    // A damaged text is ignored.
    return new Uint8Array();
  } finally {
    await reader.cancel().catch(() => {});
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Converts bytes to text in parts, because the number of arguments of a call is limited. */
function ascii(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

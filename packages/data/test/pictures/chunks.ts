import { crc32, deflateSync } from 'node:zlib';

/** A PNG with more chunks, after its header. */
export function withChunks(png: Uint8Array, ...chunks: readonly Uint8Array[]): Buffer {
  const headerEnd = 8 + 25;
  return Buffer.concat([png.subarray(0, headerEnd), ...chunks, png.subarray(headerEnd)]);
}

export function chunk(kind: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(content.length, 0);
  around.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)]);
}

/** EXIF data with an orientation alone. */
export function exif(orientation: number, order: 'II' | 'MM' = 'MM'): Buffer {
  const tiff = Buffer.alloc(26);
  const little = order === 'II';
  const short = (value: number, at: number) =>
    little ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
  tiff.write(order, 0, 'latin1');
  short(42, 2);
  if (little) tiff.writeUInt32LE(8, 4);
  else tiff.writeUInt32BE(8, 4);
  short(1, 8);
  short(0x0112, 10);
  short(3, 12);
  if (little) tiff.writeUInt32LE(1, 14);
  else tiff.writeUInt32BE(1, 14);
  short(orientation, 18);
  return tiff;
}

/** As ImageMagick writes EXIF data into a text. */
export function rawProfile(data: Uint8Array): string {
  const digits = Buffer.from(data)
    .toString('hex')
    .replaceAll(/.{72}/g, line => `${line}\n`);
  return `\nexif\n${String(data.length).padStart(8)}\n${digits}\n`;
}

export const text = (name: string, content: string) =>
  chunk('tEXt', Buffer.from(`${name}\0${content}`, 'latin1'));

export const packedText = (name: string, content: string) =>
  chunk('zTXt', Buffer.concat([Buffer.from(`${name}\0\0`), deflateSync(content)]));

export const xmpText = (orientation: number) =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="${orientation}"/></rdf:RDF></x:xmpmeta>`;

export const xmp = (orientation: number, packed = false) => {
  const body = xmpText(orientation);
  const start = Buffer.from(`XML:com.adobe.xmp\0${packed ? '\x01' : '\0'}\0\0\0`, 'latin1');
  return chunk('iTXt', Buffer.concat([start, packed ? deflateSync(body) : Buffer.from(body)]));
};

/** A JPEG with segments of application data (APP1), in front of all others. */
export function withSegments(jpeg: Uint8Array, ...contents: readonly Uint8Array[]): Buffer {
  const segments = contents.map(content => {
    const start = Buffer.from([0xff, 0xe1, 0, 0]);
    start.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([start, content]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

export const xmpSegment = (orientation: number) =>
  Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmpText(orientation)}`, 'latin1');
export const exifSegment = (orientation: number) =>
  Buffer.concat([Buffer.from('Exif\0\0'), exif(orientation)]);

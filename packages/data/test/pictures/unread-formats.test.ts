import sharp from 'sharp';
import { expect, test } from 'vitest';
import { check, DecodeError, decode, decodeWithin } from '../../src/node/index';
import { unreadFormat } from '../../src/pictures/unread-formats';

const box = (kind: string, ...brands: string[]) => {
  const body = Buffer.from(`ftyp${kind}\0\0\0\0${brands.join('')}`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body, Buffer.alloc(64)]);
};
const bytes = (start: string, length = 200) => {
  const file = Buffer.alloc(length);
  file.write(start, 'latin1');
  return file;
};
const tga = (kind: number, depth: number, map = 0) => {
  const file = Buffer.alloc(18 + 400);
  file.set([0, map, kind, 0, 0, 0, map, map ? 24 : 0]);
  file.writeUInt16LE(12, 12);
  file.writeUInt16LE(8, 14);
  file[16] = depth;
  return file;
};
/** A TIFF directory of one entry. */
const tiff = (tag: number, value: number) => {
  const file = Buffer.alloc(60);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(1, 8);
  file.writeUInt16LE(tag, 10);
  file.writeUInt16LE(4, 12);
  file.writeUInt32LE(1, 14);
  file.writeUInt32LE(value, 18);
  return file;
};

test.each<[string, Buffer]>([
  ['an HEIC picture', box('heic', 'mif1', 'heic')],
  ['an HEIC picture', box('mif1', 'heic')],
  ['a JPEG 2000 picture', bytes('\0\0\0\x0cjP  \r\n\x87\n')],
  ['a JPEG 2000 picture', bytes('\xff\x4f\xff\x51')],
  ['a JPEG XL picture', bytes('\xff\x0a')],
  ['a JPEG XR picture', bytes('II\xbc\x01')],
  ['a JPEG-LS picture', bytes('\xff\xd8\xff\xf7')],
  ...['P1\n', 'P2 ', 'P3\n', 'P4\n', 'P5 ', 'P6\n', 'P7\n', 'PF\n'].map(
    (start): [string, Buffer] => [
      'a PPM, PGM, PBM, PAM or PFM picture (Netpbm)',
      bytes(`${start}2 2\n255\n`),
    ],
  ),
  ['an icon (ICO)', bytes('\0\0\x01\0\x01\0')],
  ['a cursor (CUR)', bytes('\0\0\x02\0\x01\0')],
  ['a TGA picture (Targa)', tga(2, 24)],
  ['a TGA picture (Targa)', tga(10, 32)],
  ['a TGA picture (Targa)', tga(3, 8)],
  ['a TGA picture (Targa)', tga(9, 8, 1)],
  ['a PSD picture (Photoshop)', bytes('8BPS\0\x01')],
  ['a PDF document', bytes('%PDF-1.7')],
  ['a PostScript document', bytes('%!PS-Adobe-3.0')],
  ['an OpenEXR picture', bytes('\x76\x2f\x31\x01')],
  ['a Radiance HDR picture', bytes('#?RADIANCE\n')],
  ['a DirectDraw surface (DDS)', bytes('DDS |')],
  ['a QOI picture', bytes('qoif')],
  ['a PCX picture', bytes('\x0a\x05\x01\x08')],
  ['a Windows metafile', bytes(`\x01\0\0\0${'\0'.repeat(36)} EMF`)],
  ['a camera raw file', bytes('II*\0\x10\0\0\0CR\x02\0')],
  ['a camera raw file', tiff(254, 1)],
  ['a camera raw file', tiff(50706, 257)],
  ['a camera raw file', box('crx ')],
  ['a DICOM picture', bytes(`${'\0'.repeat(128)}DICM`)],
  ['a film', box('isom', 'mp41')],
  ['a film', bytes('\x1a\x45\xdf\xa3')],
  ['an archive', bytes('PK\x03\x04')],
  ['a pointer of Git LFS instead of the file', bytes('version https://git-lfs.github.com/spec/v1')],
  ['a web page', bytes('\n<!DOCTYPE html><html>')],
])('%s is named with the way out, and never called damaged', async (name, file) => {
  for (const work of [() => check(file), () => decode(file, [2, 2]), () => decodeWithin(file, 9)]) {
    const error = (await work().catch((error: Error) => error)) as DecodeError;
    expect(error).toBeInstanceOf(DecodeError);
    expect(error.unread).toBe(name);
    expect(error.message).toMatch(/which is not read\. \w.{15}/);
    expect(error.message).not.toMatch(/damaged|cut short/);
  }
});

test('what is read is not among them', async () => {
  const picture = sharp({ create: { width: 20, height: 16, channels: 3, background: '#a53' } });
  for (const format of ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const) {
    const file = await picture.clone().toFormat(format).toBuffer();
    expect(unreadFormat(file), format).toBeUndefined();
    expect(await decode(file, [4, 4]), format).toMatchObject({ height: 4, width: 4 });
  }
  expect(unreadFormat(box('mif1', 'miaf', 'avif'))).toBeUndefined();
  expect(unreadFormat(Buffer.from('hello'))).toBeUndefined();
  await expect(check(Buffer.from('hello'))).rejects.toThrow('not a picture');
});

/** A known kind of file that is not read. */
export interface UnreadFormat {
  /** Name of the kind with an article, which completes the sentence "this is ...". */
  readonly name: string;
  /** Advice on how to convert such a file. */
  readonly advice: string;
}

/** The first bytes of a file of a format, as Latin-1 characters; `?` stands for any byte. */
type Beginning = string;

const convert = (ending: string) =>
  `Convert it to PNG or JPEG, for example with ImageMagick: magick photo.${ending} photo.png`;

const develop =
  'Develop it to JPEG, for example with darktable-cli or with the program of the camera.';

type Formats = readonly (readonly [UnreadFormat, ...Beginning[]])[];

/** Created when it is first needed, so that a bundler can remove it for programs that do not use it. */
const formatsOf = (): Formats => [
  [
    {
      name: 'an HEIC picture',
      advice:
        'Convert it: heif-convert photo.heic photo.jpg, or on macOS sips -s format jpeg photo.heic --out photo.jpg. An iPhone takes JPEG under Settings, Camera, Formats, Most Compatible.',
    },
    ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1', 'mif2'].map(
      brand => `????ftyp${brand}`,
    ),
  ],
  [{ name: 'a JPEG 2000 picture', advice: convert('jp2') }, '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  [
    { name: 'a JPEG XL picture', advice: 'Convert it: djxl photo.jxl photo.png' },
    '\xff\x0a',
    '\0\0\0\x0cJXL ',
  ],
  [{ name: 'a JPEG XR picture', advice: convert('jxr') }, 'II\xbc'],
  [{ name: 'a JPEG-LS picture', advice: convert('jls') }, '\xff\xd8\xff\xf7'],
  [
    { name: 'a PPM, PGM, PBM, PAM or PFM picture (Netpbm)', advice: convert('ppm') },
    ...['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'PF', 'Pf'].flatMap(start =>
      ['\n', '\r', ' ', '\t'].map(space => start + space),
    ),
  ],
  [{ name: 'an icon (ICO)', advice: convert('ico') }, '\0\0\x01\0'],
  [{ name: 'an icon of macOS (ICNS)', advice: convert('icns') }, 'icns'],
  [{ name: 'a PSD picture (Photoshop)', advice: 'Export it as PNG or JPEG.' }, '8BPS'],
  [{ name: 'a picture of GIMP (XCF)', advice: 'Export it as PNG or JPEG.' }, 'gimp xcf'],
  [
    { name: 'a PDF document', advice: 'Take the pictures out: pdfimages -all photo.pdf photo' },
    '%PDF',
  ],
  [{ name: 'a PostScript document', advice: convert('eps') }, '%!PS', '\xc5\xd0\xd3\xc6'],
  [{ name: 'an OpenEXR picture', advice: convert('exr') }, '\x76\x2f\x31\x01'],
  [{ name: 'a Radiance HDR picture', advice: convert('hdr') }, '#?RADIANCE', '#?RGBE'],
  [{ name: 'a FITS picture', advice: convert('fits') }, 'SIMPLE  ='],
  [{ name: 'a DirectDraw surface (DDS)', advice: convert('dds') }, 'DDS '],
  [{ name: 'a QOI picture', advice: convert('qoi') }, 'qoif'],
  [{ name: 'a FLIF picture', advice: convert('flif') }, 'FLIF'],
  [{ name: 'a BPG picture', advice: 'Convert it: bpgdec -o photo.png photo.bpg' }, 'BPG\xfb'],
  [{ name: 'an MNG or JNG picture', advice: convert('mng') }, '\x8aMNG', '\x8bJNG'],
  [{ name: 'a Sun raster picture', advice: convert('ras') }, '\x59\xa6\x6a\x95'],
  [{ name: 'an SGI picture', advice: convert('sgi') }, '\x01\xda\0', '\x01\xda\x01'],
  [
    { name: 'a PCX picture', advice: convert('pcx') },
    ...['\0', '\x02', '\x03', '\x04', '\x05'].map(version => `\x0a${version}\x01`),
  ],
  [{ name: 'an XPM picture', advice: convert('xpm') }, '/* XPM */'],
  [
    { name: 'a DjVu document', advice: 'Convert it: ddjvu -format=tiff photo.djvu photo.tif' },
    'AT&TFORM',
  ],
  [
    { name: 'a Windows metafile', advice: convert('wmf') },
    '\xd7\xcd\xc6\x9a',
    '\x01\0\0\0????????????????????????????????????EMF'.replace('EMF', ' EMF'),
  ],
  [
    { name: 'a camera raw file', advice: develop },
    'FUJIFILMCCD-RAW',
    'IIRO',
    'IIRS',
    'MMOR',
    'IIU\0',
    '????ftypcrx ',
    'II*\0????CR',
  ],
  [
    { name: 'a DICOM picture', advice: 'Convert it: dcmj2pnm --write-png photo.dcm photo.png' },
    `${'?'.repeat(128)}DICM`,
  ],
  [
    {
      name: 'a film',
      advice: 'Take pictures out of it, for example: ffmpeg -i film.mp4 -r 1 photo-%d.jpg',
    },
    ...[
      'isom',
      'iso2',
      'mp41',
      'mp42',
      'avc1',
      'qt  ',
      'M4V ',
      'M4VH',
      '3gp4',
      '3gp5',
      '3gp6',
      'MSNV',
      'dash',
    ].map(brand => `????ftyp${brand}`),
    '????moov',
    '\x1a\x45\xdf\xa3',
    'RIFF????AVI ',
  ],
  [
    {
      name: 'an archive',
      advice: 'Unpack it; or, if it is a zip file of folders of photos, open it directly.',
    },
    'PK\x03\x04',
    '\x1f\x8b',
    'Rar!',
    '7z\xbc\xaf',
    '\xfd7zXZ',
  ],
  [
    { name: 'a pointer of Git LFS instead of the file', advice: 'Fetch the file: git lfs pull' },
    'version https://git-lfs',
  ],
  [
    {
      name: 'an array of NumPy',
      advice: 'Save it as PNG, for example with Pillow: Image.fromarray(array).save(...)',
    },
    '\x93NUMPY',
  ],
  [{ name: 'an HDF5 file', advice: 'Save its pictures as PNG or JPEG.' }, '\x89HDF'],
];

let formats: Formats | undefined;

/**
 * The kind of a file by its first bytes, if it is known but not read. AVIF, which is read, has to be told from the similar
 * HEIC.
 */
export function unreadFormat(bytes: Uint8Array): UnreadFormat | undefined {
  formats ??= formatsOf();
  const found = formats.find(([, ...beginnings]) => beginnings.some(each => begins(bytes, each)));
  if (!found) return isPageOfText(bytes) ?? rawInTiff(bytes) ?? cursor(bytes) ?? targa(bytes);
  return isAvif(bytes) ? undefined : found[0];
}

/** Whether a file is AVIF. If its brand is the general one, a compatible brand decides. */
function isAvif(bytes: Uint8Array): boolean {
  if (!begins(bytes, '????ftyp')) return false;
  const length = Math.min(256, (bytes[2]! << 8) | bytes[3]!);
  const brands = String.fromCharCode(...bytes.subarray(8, length));
  return /^(?:.{4})*?avi[fs]/s.test(brands);
}

/** A web page, which a server may send in place of a photo. */
function isPageOfText(bytes: Uint8Array): UnreadFormat | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 256)).replace(/^\xef\xbb\xbf/, '');
  if (!/^\s*(<!doctype html|<html|<head)/i.test(start)) return undefined;
  return {
    name: 'a web page',
    advice: 'A server may have sent it in place of the photo: download the photo again.',
  };
}

/** A TIFF whose first picture is a preview of another picture: DNG, NEF, ARW and most other raw files. */
function rawInTiff(bytes: Uint8Array): UnreadFormat | undefined {
  if (!begins(bytes, 'II*\0') && !begins(bytes, 'MM\0*')) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return undefined;
  const entries = Math.min(100, view.getUint16(directory, little));
  const reduced = { name: 'a camera raw file', advice: develop };
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > bytes.length) return undefined;
    const tag = view.getUint16(at, little);
    if (tag === 50706) return reduced;
    if (tag === 254 && (view.getUint32(at + 8, little) & 1) === 1) return reduced;
  }
  return undefined;
}

/** Whether a file is a cursor, which has a count at a position where a TGA has zeros. */
function cursor(bytes: Uint8Array): UnreadFormat | undefined {
  if (!begins(bytes, '\0\0\x02\0') || bytes[4] === 0 || bytes[5] !== 0) return undefined;
  return { name: 'a cursor (CUR)', advice: convert('cur') };
}

/**
 * Whether a file is a TGA, which has no magic number: every header field has to have an allowed value. @see Truevision TGA,
 * version 2.0
 */
function targa(bytes: Uint8Array): UnreadFormat | undefined {
  if (bytes.length < 18) return undefined;
  const [, map, kind, , , mapLow, mapHigh, mapDepth] = bytes;
  const mapLength = mapLow! | (mapHigh! << 8);
  const mapped = kind === 1 || kind === 9;
  const known = mapped || [2, 3, 10, 11].includes(kind!);
  const mapFits = mapped
    ? map === 1 && mapLength > 0 && [15, 16, 24, 32].includes(mapDepth!)
    : map! <= 1 && (map === 1 || (mapLength === 0 && mapDepth === 0));
  const depths = kind === 3 || kind === 11 ? [8, 16] : mapped ? [8, 16] : [15, 16, 24, 32];
  const sided = (bytes[12]! | bytes[13]!) > 0 && (bytes[14]! | bytes[15]!) > 0;
  if (!known || !mapFits || !depths.includes(bytes[16]!) || !sided || bytes[17]! > 0x3f)
    return undefined;
  return { name: 'a TGA picture (Targa)', advice: convert('tga') };
}

function begins(bytes: Uint8Array, beginning: Beginning): boolean {
  if (bytes.length < beginning.length) return false;
  for (let index = 0; index < beginning.length; index++) {
    const letter = beginning.charCodeAt(index);
    if (letter !== 0x3f && bytes[index] !== letter) return false;
  }
  return true;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Target } from '../../pixels/fuzz/damage';
import { applyManifest, parseManifest, SplitError } from '../src/index';
import {
  ArchiveError,
  check,
  DecodeError,
  decode,
  listArchive,
  PhotoSetError,
  readPixels,
} from '../src/node/index';
import { findColumns } from '../src/node/table-columns';
import { readRows } from '../src/node/table-rows';
import { parseTable } from '../src/node/table-text';
import { zip } from '../test/node/zip';

const known = [DecodeError, ArchiveError, PhotoSetError, SplitError];

export async function fuzzTargets(): Promise<readonly Target[]> {
  const picture = sharp({
    create: { width: 24, height: 18, channels: 3, background: '#a53' },
  }).composite([
    { input: Buffer.from('<svg width="12" height="12"><circle r="9" fill="red"/></svg>') },
  ]);
  const pictures = await Promise.all([
    picture.clone().jpeg().toBuffer(),
    picture.clone().withMetadata({ orientation: 6 }).jpeg({ progressive: true }).toBuffer(),
    picture.clone().png().toBuffer(),
    picture.clone().webp().toBuffer(),
    picture.clone().gif().toBuffer(),
    picture.clone().tiff().toBuffer(),
    Promise.resolve(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')),
    picture.clone().ensureAlpha(0.5).png().toBuffer(),
    picture.clone().withIccProfile('p3').jpeg().toBuffer(),
    Promise.resolve(bitmap()),
  ]);
  const archive = zip([
    { name: 'Amanita/1.jpg', bytes: pictures[0]! },
    { name: 'Boletus/ü.png', bytes: pictures[2]!, compressed: false },
  ]);
  const entry = (id: string) => ({ id, class: 'Amanita', sha256: 'ab' });
  const manifest = {
    rule: 'a',
    seed: 1,
    classes: ['Amanita'],
    train: [entry('1')],
    validation: [entry('2')],
    test: [entry('3')],
  };
  const table = (where: string) => async (bytes: Uint8Array) => {
    const table = parseTable(bytes, where);
    readRows(table, where, findColumns(table, where));
    return true;
  };
  return [
    {
      known,
      name: 'decoder',
      seeds: pictures,
      read: async bytes => {
        await check(bytes, { svg: true });
        await decode(bytes, [8, 8], { svg: true });
        return true;
      },
    },
    { known, name: 'zip reader', seeds: [archive], read: readArchive },
    {
      known,
      name: 'CSV table',
      seeds: [Buffer.from('file,class,group\n"a, b.jpg",Amanita,x\nc.jpg,"Bo""letus",y\n')],
      read: table('table.csv'),
    },
    {
      known,
      name: 'JSON table',
      seeds: [Buffer.from('[{"file": "a.jpg", "class": "Amanita"}, {"file": "b", "class": 7}]')],
      read: table('table.json'),
    },
    {
      known,
      name: 'split manifest',
      seeds: [Buffer.from(JSON.stringify(manifest))],
      read: async bytes => {
        const parsed = parseManifest(Buffer.from(bytes).toString());
        applyManifest(parsed, { classes: ['Amanita'], photos: [] });
        return true;
      },
    },
  ];
}

/** A BMP with 24 bits per pixel. */
function bitmap(): Buffer {
  const [height, width] = [6, 7];
  const file = Buffer.alloc(54 + height * 24, 90);
  file.fill(0, 0, 54).write('BM');
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt32LE(1 | (24 << 16), 26);
  return file;
}

async function readArchive(bytes: Uint8Array): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'shroom-fuzz-'));
  try {
    const path = join(folder, 'a.zip');
    await writeFile(path, bytes);
    const { files } = await listArchive(path);
    for (const { origin } of files) await readPixels(origin, [8, 8]);
    return true;
  } finally {
    await rm(folder, { recursive: true });
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { applyManifest, parseManifest, type RandomStream, SplitError } from '../src/index';
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

/** Something that reads what strangers wrote. */
export interface Target {
  readonly name: string;
  /** Well-formed inputs, which are then mutated. */
  readonly seeds: readonly Uint8Array[];
  /** Reads an input. @throws One of the errors that callers are told of, and nothing else. */
  read(bytes: Uint8Array): Promise<void>;
}

const known = [DecodeError, ArchiveError, PhotoSetError, SplitError];

/** Fails where reading fails in another way than callers are told of. @returns Whether the input was accepted. */
export async function survive({ read }: Target, bytes: Uint8Array): Promise<boolean> {
  try {
    await read(bytes);
    return true;
  } catch (error) {
    if (known.some(kind => error instanceof kind)) return false;
    throw error;
  }
}

/** Bytes turned over, set to extremes, cut out, doubled, exchanged; or the end cut off. */
export function mutate(bytes: Uint8Array, random: RandomStream): Uint8Array {
  let result = Uint8Array.from(bytes);
  const place = () => random.below(Math.max(1, result.length));
  for (let count = 1 + random.below(6); count > 0; count--) {
    switch (random.below(6)) {
      case 0:
        result[place()]! ^= 1 << random.below(8);
        break;
      case 1:
        result[place()] = [0, 1, 127, 128, 255][random.below(5)]!;
        break;
      case 2:
        result = result.slice(0, place() + 1);
        break;
      case 3: {
        const from = place();
        const part = result.slice(from, from + 1 + random.below(64));
        result = Uint8Array.from([...result.slice(0, from), ...part, ...result.slice(from)]);
        break;
      }
      case 4: {
        const from = place();
        const to = from + 1 + random.below(64);
        result = Uint8Array.from([...result.slice(0, from), ...result.slice(to)]);
        break;
      }
      default:
        result.set(result.slice(place(), place() + 4).slice(0, 4), Math.max(0, place() - 4));
    }
  }
  return result;
}

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
  };
  return [
    {
      name: 'decoder',
      seeds: pictures,
      read: async bytes => {
        await check(bytes, { svg: true });
        await decode(bytes, [8, 8], { svg: true });
      },
    },
    { name: 'zip reader', seeds: [archive], read: readArchive },
    {
      name: 'CSV table',
      seeds: [Buffer.from('file,class,group\n"a, b.jpg",Amanita,x\nc.jpg,"Bo""letus",y\n')],
      read: table('table.csv'),
    },
    {
      name: 'JSON table',
      seeds: [Buffer.from('[{"file": "a.jpg", "class": "Amanita"}, {"file": "b", "class": 7}]')],
      read: table('table.json'),
    },
    {
      name: 'split manifest',
      seeds: [Buffer.from(JSON.stringify(manifest))],
      read: async bytes => {
        const parsed = parseManifest(Buffer.from(bytes).toString());
        applyManifest(parsed, { classes: ['Amanita'], photos: [] });
      },
    },
  ];
}

/** Of 24 bits. */
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

async function readArchive(bytes: Uint8Array): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shroom-fuzz-'));
  try {
    const path = join(folder, 'a.zip');
    await writeFile(path, bytes);
    const { files } = await listArchive(path);
    for (const { origin } of files) await readPixels(origin, [8, 8]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

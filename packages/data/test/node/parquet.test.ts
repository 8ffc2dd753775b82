import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ArchiveError,
  findPhotos,
  openPhotos,
  type PlacedPhoto,
  packPhotos,
  readBytes,
} from '../../src/node/index';
import type { StoredOrigin } from '../../src/origin';
import { HubServer } from './servers/hub-server';

/** Written by tools/reference/hf_datasets.py. */
const reference = fileURLToPath(new URL('../reference/hf', import.meta.url));
interface Row {
  readonly file: string;
  readonly sha256: string;
  readonly label?: string;
  readonly labels?: readonly string[];
}

let folder: string;
let rows: readonly Row[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-parquet-'));
  rows = JSON.parse(await readFile(join(reference, 'rows.json'), 'utf8')) as Row[];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = (name: string) => join(reference, name);
const [train, testing] = ['train-00000-of-00001.parquet', 'test-00000-of-00001.parquet'];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function all(place: string): Promise<PlacedPhoto[]> {
  const found: PlacedPhoto[] = [];
  for await (const photo of findPhotos(place)) found.push(photo);
  return found;
}

test.each([train, testing, 'several.parquet'])(
  '%s has the rows that datasets reads',
  async name => {
    const expected = rows.filter(row => row.file === name);
    const found = await all(file(name));
    const hashes = await Promise.all(
      found.map(async ({ origin }) => sha256(await readBytes(origin))),
    );
    expect(hashes).toEqual(expected.map(row => row.sha256));
    for (const [index, { row }] of found.entries()) {
      const { file: _, sha256: __, ...facts } = expected[index]!;
      expect(row).toEqual(facts);
    }
  },
);

test('rows are read in any order, also of a compressed file without metadata', async () => {
  const plain = await all(file('plain.parquet'));
  const expected = rows.filter(row => row.file === testing);
  for (const index of [5, 0, 3, 0])
    expect(sha256(await readBytes(plain[index]!.origin))).toBe(expected[index]!.sha256);
  expect(plain.map(({ row }) => row!.class)).toEqual(expected.map(({ label }) => label));
});

test('files are one set, whose names state the split', async () => {
  const set = await openPhotos([file(train), file(testing)]);
  expect(set.classes).toEqual(['Amanita', 'Boletus']);
  expect(set.photos.filter(({ part }) => part === 'test')).toHaveLength(6);
  expect(set.photos[0]!.columns).toEqual({ camera: 'pencil', year: '2012' });
  const several = await openPhotos(file('several.parquet'));
  expect(several.photos[0]!.labels).toEqual([0, 1]);
});

test('a file that is damaged, or has no photos, is refused', async () => {
  const cut = join(folder, 'cut.parquet');
  await writeFile(cut, (await readFile(file(train))).subarray(0, 3000));
  await expect(all(cut)).rejects.toThrow(ArchiveError);
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const without = join(folder, 'without.parquet');
  const column = { name: 'label', data: ['a'] };
  await writeFile(without, Buffer.from(parquetWriteBuffer({ columnData: [column] })));
  await expect(all(without)).rejects.toThrow(/without\.parquet has no column of photos/);
  const [first] = await all(file(train));
  const gone = { ...first!.origin, row: 99 } as StoredOrigin;
  await expect(readBytes(gone)).rejects.toThrow('the file has changed: it has no row 99');
});

test.each(['train', 'several'])('photos are packed as Parquet: %s', async name => {
  const place = name === 'train' ? [file(train), file(testing)] : [file('several.parquet')];
  const out = join(folder, `packed-${name}`);
  const { files } = await packPhotos(place, out, { format: 'parquet', photos: 5 });
  expect(files.length).toBeGreaterThan(2);
  const [before, after] = [await openPhotos(place), await openPhotos(files)];
  const facts = ({ photos, classes }: typeof after) =>
    photos
      .map(({ sha256, label, labels, part, columns }) => {
        return { sha256, class: classes[label], labels, part, columns };
      })
      .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  expect(facts(after)).toEqual(facts(before));
});

describe('an image folder with metadata', () => {
  const photos = async (root: string, table: string, text: string) => {
    const found = await all(file(train));
    for (const [index, { origin }] of found.entries()) {
      await mkdir(join(root, 'pictures'), { recursive: true });
      await writeFile(join(root, 'pictures', `${index}.png`), await readBytes(origin));
    }
    await writeFile(join(root, table), text);
  };

  test.each(['metadata.csv', 'metadata.jsonl'])('%s', async name => {
    const root = join(folder, name.slice(9));
    const lines = Array.from({ length: 12 }, (_, index) => {
      const label = index % 2 ? 'Amanita' : 'Boletus';
      return name.endsWith('csv')
        ? `pictures/${index}.png,${label},pencil`
        : JSON.stringify({ file_name: `pictures/${index}.png`, label, camera: 'pencil' });
    });
    const head = name.endsWith('csv') ? 'file_name,label,camera\n' : '';
    await photos(root, name, head + lines.slice(0, 12).join('\n'));
    await writeFile(join(root, 'pictures', 'more.png'), 'not described');
    const set = await openPhotos(root);
    expect(set.photos).toHaveLength(12);
    expect(set.photos[0]).toMatchObject({ id: 'pictures/0.png', columns: { camera: 'pencil' } });
    expect(set.findings.map(({ subject }) => subject)).toContain('1 photo');
  });

  test('switches classes by folders off', async () => {
    const root = join(folder, 'unlabeled');
    await photos(root, 'metadata.csv', 'file_name,text\npictures/0.png,a cap\n');
    await expect(openPhotos(root)).rejects.toThrow(/no column 'class' or/);
  });
});

describe('a data set of the hub', () => {
  let server: HubServer;
  let before: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = new HubServer();
    before = { ...process.env };
    Object.assign(process.env, { HF_ENDPOINT: await server.start(), HF_TOKEN: server.token });
    for (const name of [train, testing])
      server.add('someone/drawn', `data/${name}`, await readFile(file(name)));
    for (const [config, name] of Object.entries({ small: testing, large: train }))
      server.add('someone/two', `${config}/all.parquet`, await readFile(file(name)));
    server.cards.set('someone/two', {
      configs: [
        { config_name: 'small', data_files: 'small/*.parquet' },
        { config_name: 'large', data_files: [{ split: 'train', path: ['large/*.parquet'] }] },
      ],
    });
  });
  afterAll(async () => {
    process.env = before;
    await server.stop();
  });

  test('is read by ranges at a commit, and its large files without the token', async () => {
    const set = await openPhotos('hf:datasets/someone/drawn@v1');
    expect(set.photos).toHaveLength(18);
    expect(set.photos.filter(({ part }) => part === 'train')).toHaveLength(12);
    const { path } = set.photos[0]!.origin as { readonly path: string };
    expect(path).toBe(`hf:datasets/someone/drawn@${server.commit}/data/${testing}`);
    expect(server.large.asked.length).toBeGreaterThan(0);
    for (const { headers } of server.large.asked) {
      expect(headers.authorization).toBeUndefined();
      expect(headers.range).toMatch(/^bytes=/);
    }
  });

  test('gives one split, or one configuration', async () => {
    const names = async (query: string) =>
      new Set((await all(`hf:datasets/someone/${query}`)).map(({ name }) => name.slice(0, -9)));
    expect(await names('drawn?split=test')).toEqual(new Set([`data/${testing}`]));
    expect(await names('two?config=large')).toEqual(new Set(['large/all.parquet']));
    await expect(names('two')).rejects.toThrow(/several configurations: small, large/);
    await expect(names('two?config=none')).rejects.toThrow(/no configuration 'none'; it has small/);
    await expect(names('drawn?split=none')).rejects.toThrow(/no split 'none'; it has train, test/);
  });

  test('that does not exist, has another revision, or wants another token', async () => {
    await expect(all('hf:datasets/no/no')).rejects.toMatchObject({ fault: 'missing' });
    await expect(all('hf:datasets/someone/drawn@none')).rejects.toMatchObject({ fault: 'missing' });
    await expect(all('hf:datasets/a/b?x=1')).rejects.toMatchObject({ fault: 'address' });
    process.env.HF_TOKEN = 'hf_wrong';
    const refused = all('hf:datasets/someone/drawn');
    await expect(refused).rejects.toMatchObject({ fault: 'refused' });
    await expect(refused).rejects.toThrow(/set HF_TOKEN/);
    await expect(refused).rejects.not.toThrow(/hf_wrong/);
    process.env.HF_TOKEN = server.token;
  });

  test('offline is taken from the cache of huggingface_hub', async () => {
    const cache = join(folder, 'hub');
    Object.assign(process.env, { HF_HUB_OFFLINE: '1', HF_HUB_CACHE: cache });
    const place = 'hf:datasets/someone/drawn';
    await expect(all(place)).rejects.toMatchObject({ fault: 'offline' });
    const own = join(cache, 'datasets--someone--drawn');
    await mkdir(join(own, 'refs'), { recursive: true });
    await writeFile(join(own, 'refs', 'main'), server.commit);
    for (const name of [train, testing])
      await cp(file(name), join(own, 'snapshots', server.commit, 'data', name));
    const asked = server.asked.length;
    const found = await all(place);
    expect(found).toHaveLength(18);
    expect(basename(found[0]!.origin.kind === 'parquet' ? found[0]!.origin.path : '')).toMatch(
      /parquet$/,
    );
    expect(server.asked.length).toBe(asked);
    delete process.env.HF_HUB_OFFLINE;
    delete process.env.HF_HUB_CACHE;
  });
});

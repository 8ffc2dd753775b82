import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { compareText } from '../../src/index';
import type { OpenPhotosOptions } from '../../src/node/index';
import { examinePhoto, listPhotos, writePhotoIndex } from '../../src/node/index';
import type { photoListers } from '../../src/node/sources/table';
import { tarEnd, tarFile } from '../../src/node/tar/writer';
import { KaggleServer } from './kaggle/server';
import { FileServer } from './servers/file-server';
import { HubServer } from './servers/hub-server';
import { S3Server } from './servers/s3-server';
import { zip } from './zip';

/** A photo that a source should give. */
export interface GivenPhoto {
  /** Of the file. */
  readonly name: string;
  readonly className: string;
  /** `train`, `val` or `test`, where the set comes with a split. */
  readonly part?: string;
  readonly bytes: Uint8Array;
}

interface StartedSource {
  /** What `openPhotos` is given. */
  readonly where: string;
  /** The same where nothing is. */
  readonly nowhere: string;
  readonly options: OpenPhotosOptions;
  /** Whether ids have numbers of rows instead of the names of photos. */
  readonly byRow?: boolean;
  /** Nothing, where it is files alone. */
  stop?(): Promise<void>;
}

/** Puts photos where the source finds them. @param folder Empty, for whatever it needs. */
type Start = (photos: readonly GivenPhoto[], folder: string) => Promise<StartedSource>;

/** Below a folder for each class, and one for each part of a split above it. */
const nested = ({ part, className, name }: GivenPhoto) =>
  [...(part ? [part] : []), className, name].join('/');
const archiveOf = (photos: readonly GivenPhoto[]) =>
  zip(photos.map(photo => ({ name: nested(photo), bytes: photo.bytes })));

/** A file beside the photos that lists them. */
function listing(ending: string, write: (rows: readonly Row[]) => string): Start {
  return async (photos, folder) => {
    for (const { name, bytes } of photos) await put(join(folder, name), bytes);
    const where = join(folder, `photos${ending}`);
    const rows = photos.map(({ name, className, part }) => ({
      file: name,
      label: className,
      ...(part && { split: part }),
    }));
    await put(where, write(rows));
    return { where, nowhere: join(folder, `none${ending}`), options: {} };
  };
}

/** The file that the library datasets would write. */
async function writeParquet(path: string, photos: readonly GivenPhoto[]): Promise<void> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const element = (name: string, more: object) =>
    ({ name, repetition_type: 'OPTIONAL', ...more }) as SchemaElement;
  const parts = photos.map(({ part }) => part);
  const file = parquetWriteBuffer({
    schema: [
      element('root', { num_children: 3 }),
      element('image', { num_children: 2 }),
      element('bytes', { type: 'BYTE_ARRAY' }),
      element('path', { type: 'BYTE_ARRAY', converted_type: 'UTF8' }),
      element('label', { type: 'BYTE_ARRAY', converted_type: 'UTF8' }),
      element('split', { type: 'BYTE_ARRAY', converted_type: 'UTF8' }),
    ],
    columnData: [
      { name: 'image', data: photos.map(({ bytes, name }) => ({ bytes, path: name })) },
      { name: 'label', data: photos.map(({ className }) => className) },
      { name: 'split', data: parts },
    ],
    rowGroupSize: 4,
  });
  await put(path, Buffer.from(file));
}

interface Row {
  readonly file: string;
  readonly label: string;
  readonly split?: string;
}

const separated = (separator: string) => (rows: readonly Row[]) =>
  [Object.keys(rows[0]!), ...rows.map(row => Object.values(row))]
    .map(cells => cells.join(separator))
    .join('\n');
const lines = (rows: readonly Row[]) => rows.map(row => JSON.stringify(row)).join('\n');

/** How each source of the table is tried, and the folder, which is what has neither an ending nor a scheme. */
export const sourceCases: Readonly<Record<keyof typeof photoListers | 'folder', Start>> = {
  folder: async (photos, folder) => {
    for (const photo of photos) await put(join(folder, 'photos', nested(photo)), photo.bytes);
    return { where: join(folder, 'photos'), nowhere: join(folder, 'none'), options: {} };
  },
  '.csv': listing('.csv', separated(',')),
  '.tsv': listing('.tsv', separated('\t')),
  '.json': listing('.json', rows => JSON.stringify(rows)),
  '.jsonl': listing('.jsonl', lines),
  '.ndjson': listing('.ndjson', lines),
  '.zip': async (photos, folder) => {
    const where = join(folder, 'photos.zip');
    await put(where, archiveOf(photos));
    return { where, nowhere: join(folder, 'none.zip'), options: {} };
  },
  '.photos': async (photos, folder) => {
    for (const photo of photos) await put(join(folder, 'photos', nested(photo)), photo.bytes);
    const where = join(folder, 'set.photos');
    await writeIndexOf(join(folder, 'photos'), where);
    return { where, nowhere: join(folder, 'none.photos'), options: {} };
  },
  '.tar': async (photos, folder) => {
    const where = join(folder, 'photos.tar');
    const files = photos.flatMap(({ name, className, part, bytes }) => {
      const facts = { class: className, ...(part && { split: part }) };
      return [
        tarFile(name, bytes),
        tarFile(name.replace(/\..*/, '.json'), Buffer.from(JSON.stringify(facts))),
      ];
    });
    await put(where, Buffer.concat([...files, tarEnd]));
    return { where, nowhere: join(folder, 'none.tar'), options: {} };
  },
  '.parquet': async (photos, folder) => {
    const where = join(folder, 'photos.parquet');
    await writeParquet(where, photos);
    return { where, nowhere: join(folder, 'none.parquet'), options: {}, byRow: true };
  },
  hf: async photos => {
    const server = new HubServer();
    for (const photo of photos) server.add('someone/photos', nested(photo), photo.bytes);
    const before = { ...process.env };
    Object.assign(process.env, { HF_ENDPOINT: await server.start(), HF_TOKEN: server.token });
    return {
      ...{ where: 'hf:datasets/someone/photos', nowhere: 'hf:datasets/nobody/none', options: {} },
      stop: async () => {
        process.env = before;
        await server.stop();
      },
    };
  },
  http: async photos => {
    const server = new FileServer();
    for (const photo of photos) server.files.set(`/photos/${nested(photo)}`, photo.bytes);
    const url = await server.start();
    return {
      ...{ where: `${url}/photos/`, nowhere: `${url}/none/`, options: {} },
      stop: () => server.stop(),
    };
  },
  s3: async photos => {
    const server = new S3Server();
    for (const photo of photos) server.files.set(`/bucket/my photos/${nested(photo)}`, photo.bytes);
    const before = { ...process.env };
    const { id, secret } = server.keys;
    Object.assign(process.env, {
      ...{ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret },
      ...{ AWS_ENDPOINT_URL_S3: await server.start(), AWS_REGION: 'us-east-1' },
    });
    return {
      ...{ where: 's3://bucket/my photos/', nowhere: 's3://bucket/none/', options: {} },
      stop: async () => {
        process.env = before;
        await server.stop();
      },
    };
  },
  kaggle: async (photos, folder) => {
    const server = new KaggleServer(archiveOf(photos));
    const env = { KAGGLE_API_ENDPOINT: await server.start() };
    return {
      where: 'kaggle:someone/some-set',
      nowhere: 'kaggle:nobody',
      options: { kaggle: { home: folder, env, wait: 1 } },
      stop: () => server.stop(),
    };
  },
};

/** Writes the index of a folder, as one machine alone would do it. */
export async function writeIndexOf(photos: string, where: string): Promise<void> {
  const { candidates, findings = [], expected } = (await listPhotos(photos)).listed;
  const sorted = [...candidates].sort((a, b) => compareText(a.id, b.id));
  async function* indexed() {
    for (const photo of sorted) yield { ...photo, examined: await examinePhoto(photo.origin) };
  }
  const head = { photos: sorted.length, findings, ...(expected !== undefined && { expected }) };
  await writePhotoIndex(where, head, indexed());
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

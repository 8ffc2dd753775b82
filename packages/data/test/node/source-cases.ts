import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OpenPhotosOptions } from '../../src/node/index';
import type { photoSources } from '../../src/node/sources/table';
import { KaggleServer } from './kaggle/server';
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
export const sourceCases: Readonly<Record<keyof typeof photoSources | 'folder', Start>> = {
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

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

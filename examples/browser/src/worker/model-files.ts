import type { FetchedModel, LoadProgress } from '../calls';
import { type ModelFile, type ModelManifest, readManifest } from '../model-manifest';
import { receive, sha256Of } from './transfer';

/** There is no model where the page looks for it. */
class ModelMissingError extends Error {
  override readonly name = 'ModelMissingError';
}

/** The model is not here yet, and there is no network. */
class OfflineError extends Error {
  override readonly name = 'OfflineError';
}

export interface ModelBytes extends FetchedModel {
  /** In the order of the manifest. */
  readonly files: readonly Uint8Array<ArrayBuffer>[];
}

const cacheName = 'shroom-model';

/**
 * The files of the model: those that were kept at an earlier visit, the others from the network. A file is kept as soon as it
 * is here, so that a download that was cut goes on from there.
 *
 * @param folder Address of the manifest's folder, with a slash at its end.
 */
export async function fetchModel(
  folder: string,
  onProgress: (progress: LoadProgress) => void,
): Promise<ModelBytes> {
  // Absent where the page did not come over https: it works then, but keeps nothing.
  const cache = 'caches' in globalThis ? await caches.open(cacheName) : undefined;
  const manifest = await fetchManifest(`${folder}manifest.json`, cache);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let [before, kept] = [0, 0];
  const files: Uint8Array<ArrayBuffer>[] = [];
  for (const file of manifest.files) {
    const address = folder + file.path;
    const held = await (await cache?.match(address))?.arrayBuffer();
    // What was kept of another length is not this file.
    const isWhole = held?.byteLength === file.bytes;
    if (isWhole) kept += file.bytes;
    files.push(
      isWhole
        ? new Uint8Array(held)
        : await fetchFile(address, file, cache, received =>
            onProgress({ received: before + received, total, kept }),
          ),
    );
    before += file.bytes;
    onProgress({ received: before, total, kept });
  }
  await forgetOthers(cache, folder, manifest);
  return { manifest, files, kept: cache !== undefined };
}

/** From the network, since a new training has a new one; without a network, the one that was kept. */
async function fetchManifest(address: string, cache: Cache | undefined): Promise<ModelManifest> {
  const response = await fetch(address, { cache: 'no-cache' }).catch(() => undefined);
  if (response?.ok && response.headers.get('content-type')?.includes('json')) {
    const copy = response.clone();
    const manifest = readManifest(await response.json().catch(() => undefined));
    await cache?.put(address, copy);
    return manifest;
  }
  if (response && response.status < 500) {
    throw new ModelMissingError(
      'There is no model here: the page was put up without it. `npm run demo` trains one, and builds the page with it.',
    );
  }
  const held = await cache?.match(address);
  if (held) return readManifest(await held.json());
  throw new OfflineError(
    'The model is not on this device yet, and there is no network to bring it. Once it is here, no network is needed.',
  );
}

async function fetchFile(
  address: string,
  { bytes, sha256, path }: ModelFile,
  cache: Cache | undefined,
  onReceived: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address).catch(() => undefined);
  if (response && !response.ok)
    throw new ModelMissingError(
      `A part of the model is missing (${path}: ${response.status}). \`npm run demo\` builds the page with all of them.`,
    );
  const received = response && (await receive(response, bytes, onReceived).catch(() => undefined));
  if (!received)
    throw new OfflineError(
      'The network was lost while the model was loading. What is here is kept; it goes on from there.',
    );
  const found = await sha256Of(received);
  if (found !== undefined && found !== sha256)
    throw new Error(
      `A part of the model came damaged (${path}). Loading it again may help; if not, the page was not put up whole.`,
    );
  await cache?.put(address, new Response(received));
  return received;
}

/** Weights of earlier trainings. */
async function forgetOthers(
  cache: Cache | undefined,
  folder: string,
  manifest: ModelManifest,
): Promise<void> {
  if (!cache) return;
  const wanted = new Set(['manifest.json', ...manifest.files.map(({ path }) => path)]);
  for (const { url } of await cache.keys()) {
    if (url.startsWith(folder) && !wanted.has(url.slice(folder.length))) await cache.delete(url);
  }
}

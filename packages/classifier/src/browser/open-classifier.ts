import { type Backbone, createBackbone, readSafetensors } from '@shroom/models';
import { getBackend, ready } from '@tensorflow/tfjs-core';
import { ClassifierFileError, EngineLoadError } from '../errors';
import { assemble, type ClassifierParts, type ExtractorFacts } from '../file/assemble';
import { parseClassifierFile } from '../file/classifier-file';
import type { ClassifierFile } from '../file/schema';
import { backboneOfShards } from '../file/shards';
import { type StoredFile, storedFiles } from '../file/stored';
import { Meter, type OnProgress } from '../progress';
import { type NamesOf, requireKnown } from '../requirements';
import { Classifier } from './classifier';
import { download, type Fetch } from './download';
import { sha256Of } from './sha256';
import { openZipped, type ReadFile } from './zipped';

export interface OpenClassifierOptions {
  /** Downloads each file. Default: the browser's `fetch`. Your own function may also store files for offline use. */
  readonly fetch?: Fetch;
  /** New addresses of the backbones' weights, one per backbone in order, if the addresses in `classifier.json` are out of date. */
  readonly weights?: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Opens a trained classifier in a browser or a web worker, on the engine that the page has set (`setBackend`). The classifier is a folder
 * on any web server that `classifier.export('web', folder)` wrote. The folder of a run also works if its networks' weights have an
 * `https:` address. A classifier that was trained in int8 computes in 32 bits here, and its `fallback` says so.
 *
 * @param address The URL of the folder, of its `classifier.json` or of a `.zip`; or a `.zip` that somebody has chosen, as a `File` or `Blob`.
 *   `classifier.export('zip', file)` writes one.
 * @throws ClassifierFileError when the address has no classifier, or a part of the classifier is missing or damaged.
 * @throws EngineLoadError when no engine is set.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-webgl';
 * import { openClassifier } from '@shroom/classifier/browser';
 *
 * const classifier = await openClassifier('/model/');
 * const { files } = document.querySelector('input')!;
 * for (const { photo, class: name, known } of await classifier.predict(files!)) console.log(photo, known ? name : 'unknown');
 * await classifier.dispose();
 * ```
 */
export async function openClassifier(
  address: string | Blob,
  options: OpenClassifierOptions = {},
): Promise<Classifier> {
  requireKnown('', options, known);
  await requireEngine();
  const get: Fetch = options.fetch ?? ((at, init) => fetch(at, init));
  const { place, text, fromZip } = await found(address, get, options.signal);
  const file = parseClassifierFile(text, place);
  return new Classifier(await assemble(file, partsAt(place, file, get, options, fromZip)));
}

const known: NamesOf<OpenClassifierOptions> = {
  ...{ fetch: true, weights: true, onProgress: true, signal: true },
};

/** The text of `classifier.json`, and what reads the other files if they are in a zip. */
async function found(
  address: string | Blob,
  fetch: Fetch,
  signal: AbortSignal | undefined,
): Promise<{ readonly place: string; readonly text: string; readonly fromZip?: ReadFile }> {
  if (typeof address !== 'string') {
    const place = 'name' in address && address.name ? String(address.name) : 'the zip';
    const { text, read } = await openZipped(address, place);
    return { place, text, fromZip: read };
  }
  const place = placeOf(address);
  const bytes = await download(place, { fetch, signal });
  if (!isZip(place)) return { place, text: new TextDecoder().decode(bytes) };
  const { text, read } = await openZipped(new Blob([bytes as Uint8Array<ArrayBuffer>]), place);
  return { place, text, fromZip: read };
}

const isZip = (place: string): boolean => new URL(place).pathname.endsWith('.zip');

/** @throws EngineLoadError when the page has set no engine. */
async function requireEngine(): Promise<void> {
  await ready().catch(() => undefined);
  if ((getBackend() as string | undefined) === undefined)
    throw new EngineLoadError(
      "No engine is set. Import one, such as '@tensorflow/tfjs-backend-webgl', and call setBackend.",
    );
}

/** The address of `classifier.json` or of a zip, given that address or the address of a folder. */
function placeOf(address: string): string {
  const base = (globalThis as { document?: { baseURI: string } }).document?.baseURI;
  const url = new URL(address, base ?? globalThis.location?.href);
  if (!/(\/classifier\.json|\.zip)$/.test(url.pathname))
    url.pathname += url.pathname.endsWith('/') ? 'classifier.json' : '/classifier.json';
  return url.href;
}

/** @throws ClassifierFileError when the bytes have another hash. */
async function checked(place: string, sha256: string, bytes: Uint8Array): Promise<Uint8Array> {
  if ((await sha256Of(bytes)) === sha256) return bytes;
  throw new ClassifierFileError(
    place,
    'it is damaged, or of another training. Load it again; if that does not help, export the classifier again.',
  );
}

function partsAt(
  path: string,
  file: ClassifierFile,
  fetch: Fetch,
  { weights: elsewhere, onProgress, signal }: OpenClassifierOptions,
  fromZip: ReadFile | undefined,
): ClassifierParts {
  const meter = new Meter('downloading weights', 'MB', onProgress);
  const total = storedFiles(file).reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  let received = 0;
  const get = async (address: string, sha256: string, bytes?: number) => {
    const onReceived = (count: number) => {
      received += count;
      meter.update(received / 1e6, Math.max(total, received) / 1e6, address);
    };
    return checked(address, sha256, await download(address, { fetch, bytes, signal, onReceived }));
  };
  const read = async ({ path: below, sha256, bytes }: StoredFile) => {
    if (!fromZip) return get(new URL(below, path).href, sha256, bytes);
    signal?.throwIfAborted();
    return checked(below, sha256, await fromZip(below, bytes));
  };
  const whole = async (
    { architecture, weights, preprocessing, pooling }: ExtractorFacts,
    address: string,
  ): Promise<Backbone> => {
    const { checkpoint } = readSafetensors(await get(address, weights.sha256), { source: address });
    const origin = { source: address, license: weights.license, sha256: weights.sha256 };
    const { size } = preprocessing;
    const pooled = pooling === 'attention';
    return createBackbone(architecture, { checkpoint, origin, preprocessing }, { size, pooled });
  };
  return {
    path,
    read,
    backbone: async (facts, index) => {
      const address = elsewhere?.[index];
      if (address === undefined && facts.weights.shards)
        return backboneOfShards(facts, { path, read });
      const from = address ?? facts.weights.source;
      if (address !== undefined || /^https?:/.test(from)) return whole(facts, from);
      throw new ClassifierFileError(
        path,
        `a browser cannot get weights from '${from}'. Write a folder for the web in Node: classifier.export('web', folder).`,
      );
    },
  };
}

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
 * `https:` address.
 *
 * @param address The URL of the folder, or of its `classifier.json`.
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
  address: string,
  options: OpenClassifierOptions = {},
): Promise<Classifier> {
  requireKnown('', options, known);
  await requireEngine();
  const place = placeOf(address);
  const { signal } = options;
  const get: Fetch = options.fetch ?? ((at, init) => fetch(at, init));
  const text = new TextDecoder().decode(await download(place, { fetch: get, signal }));
  const file = parseClassifierFile(text, place);
  return new Classifier(await assemble(file, partsAt(place, file, get, options)));
}

const known: NamesOf<OpenClassifierOptions> = {
  ...{ fetch: true, weights: true, onProgress: true, signal: true },
};

/** @throws EngineLoadError when the page has set no engine. */
async function requireEngine(): Promise<void> {
  await ready().catch(() => undefined);
  if ((getBackend() as string | undefined) === undefined)
    throw new EngineLoadError(
      "No engine is set. Import one, such as '@tensorflow/tfjs-backend-webgl', and call setBackend.",
    );
}

/** The address of `classifier.json`, given the address of this file or of its folder. */
function placeOf(address: string): string {
  const base = (globalThis as { document?: { baseURI: string } }).document?.baseURI;
  const url = new URL(address, base ?? globalThis.location?.href);
  if (!url.pathname.endsWith('/classifier.json'))
    url.pathname += url.pathname.endsWith('/') ? 'classifier.json' : '/classifier.json';
  return url.href;
}

function partsAt(
  path: string,
  file: ClassifierFile,
  fetch: Fetch,
  { weights: elsewhere, onProgress, signal }: OpenClassifierOptions,
): ClassifierParts {
  const meter = new Meter('downloading weights', 'MB', onProgress);
  const total = storedFiles(file).reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  let received = 0;
  const get = async (address: string, sha256: string, bytes?: number) => {
    const onReceived = (count: number) => {
      received += count;
      meter.update(received / 1e6, Math.max(total, received) / 1e6, address);
    };
    const found = await download(address, { fetch, bytes, signal, onReceived });
    if ((await sha256Of(found)) !== sha256)
      throw new ClassifierFileError(
        address,
        'it is damaged, or of another training. Load it again; if that does not help, upload the folder again.',
      );
    return found;
  };
  const read = ({ path: below, sha256, bytes }: StoredFile) =>
    get(new URL(below, path).href, sha256, bytes);
  const whole = async (
    { architecture, weights, preprocessing }: ExtractorFacts,
    address: string,
  ): Promise<Backbone> => {
    const { checkpoint } = readSafetensors(await get(address, weights.sha256), { source: address });
    const origin = { source: address, license: weights.license, sha256: weights.sha256 };
    const { size } = preprocessing;
    return createBackbone(architecture, { checkpoint, origin, preprocessing }, { size });
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

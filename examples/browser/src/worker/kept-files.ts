import { ClassifierFileError } from '@shroom/classifier/browser';

/** The server has no model at the address where the page looks for it. */
class ModelMissingError extends Error {
  override readonly name = 'ModelMissingError';
}

/** The model is not stored on this device, and there is no network. */
class OfflineError extends Error {
  override readonly name = 'OfflineError';
}

/** A file of the model is damaged. */
class ModelDamagedError extends Error {
  override readonly name = 'ModelDamagedError';
}

const cacheName = 'shroom-model';

/**
 * Files of the model, from the browser's storage or from the network. Each downloaded file is stored at once, so that an interrupted
 * download continues at the next visit.
 */
export class KeptFiles {
  readonly #folder: string;
  readonly #cache: Cache | undefined;
  readonly #storing: Promise<unknown>[] = [];
  readonly #wanted = new Set<string>();
  /** Number of bytes that were stored at an earlier visit. */
  kept = 0;

  private constructor(folder: string, cache: Cache | undefined) {
    this.#folder = folder;
    this.#cache = cache;
  }

  /** @param folder Address of the model's folder, with a slash at its end. */
  static async in(folder: string): Promise<KeptFiles> {
    // `caches` does not exist if the page was not loaded over https. The page then works, but stores nothing.
    return new KeptFiles(folder, 'caches' in globalThis ? await caches.open(cacheName) : undefined);
  }

  /** Whether the browser can store files. */
  get keeps(): boolean {
    return this.#cache !== undefined;
  }

  readonly fetch = async (address: string): Promise<Response> => {
    this.#wanted.add(address);
    if (address.endsWith('/classifier.json')) return this.#first(address);
    const held = await this.#cache?.match(address);
    if (held) {
      const blob = await held.blob();
      this.kept += blob.size;
      return new Response(blob);
    }
    const response = await fetch(address).catch(() => undefined);
    if (!response) throw lostNetwork();
    if (!response.ok)
      throw new ModelMissingError(
        `A part of the model is missing (${this.#pathOf(address)}: ${response.status}). \`npm run demo\` builds the page with all of them.`,
      );
    this.#keep(address, response);
    return response;
  };

  /** Waits until all files are stored, and deletes the files of earlier trainings. */
  async finish(): Promise<void> {
    await Promise.all(this.#storing);
    for (const { url } of (await this.#cache?.keys()) ?? [])
      if (url.startsWith(this.#folder) && !this.#wanted.has(url)) await this.#cache!.delete(url);
  }

  /** Turns an error that occurred while the classifier was opened into a message for users of the page. */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof ClassifierFileError)) return error;
    await Promise.all(this.#storing);
    await this.#cache?.delete(error.path);
    if (error.cause instanceof TypeError) return lostNetwork();
    const path = this.#pathOf(error.path);
    if (path === 'classifier.json')
      return new ModelDamagedError(`${error.message} \`npm run demo\` writes it again.`);
    return new ModelDamagedError(
      `A part of the model came damaged (${path}). Loading it again may help. If not, files are missing or damaged on the server.`,
    );
  }

  /** Loads `classifier.json` from the network, since a new training changes it. Without a network, returns the stored file. */
  async #first(address: string): Promise<Response> {
    const response = await fetch(address, { cache: 'no-cache' }).catch(() => undefined);
    if (response?.ok && response.headers.get('content-type')?.includes('json')) {
      this.#keep(address, response);
      return response;
    }
    if (response && response.status < 500)
      throw new ModelMissingError(
        'There is no model here: the page was published without one. `npm run demo` trains a model, and builds the page with it.',
      );
    const held = await this.#cache?.match(address);
    if (held) return held;
    throw new OfflineError(
      'The model is not on this device yet, and there is no network to load it. After it is loaded once, no network is needed.',
    );
  }

  #keep(address: string, response: Response): void {
    if (!this.#cache) return;
    // An incomplete download is not stored. The reader of the response gets the error.
    this.#storing.push(this.#cache.put(address, response.clone()).catch(() => undefined));
  }

  #pathOf(address: string): string {
    return address.startsWith(this.#folder) ? address.slice(this.#folder.length) : address;
  }
}

const lostNetwork = () =>
  new OfflineError(
    'The network was lost while the model was loading. The files loaded so far are stored; try again to load the rest.',
  );

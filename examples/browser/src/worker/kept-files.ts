import { ClassifierFileError } from '@shroom/classifier/browser';

/** There is no model where the page looks for it. */
class ModelMissingError extends Error {
  override readonly name = 'ModelMissingError';
}

/** The model is not here yet, and there is no network. */
class OfflineError extends Error {
  override readonly name = 'OfflineError';
}

/** The model came damaged. */
class ModelDamagedError extends Error {
  override readonly name = 'ModelDamagedError';
}

const cacheName = 'shroom-model';

/**
 * Files of the model: those that were kept at an earlier visit, the others from the network. Each is kept as soon as it is here, so that
 * a download that was cut goes on from there.
 */
export class KeptFiles {
  readonly #folder: string;
  readonly #cache: Cache | undefined;
  readonly #storing: Promise<unknown>[] = [];
  readonly #wanted = new Set<string>();
  /** Bytes that were kept from an earlier visit. */
  kept = 0;

  private constructor(folder: string, cache: Cache | undefined) {
    this.#folder = folder;
    this.#cache = cache;
  }

  /** @param folder Address of the model's folder, with a slash at its end. */
  static async in(folder: string): Promise<KeptFiles> {
    // Absent where the page did not come over https: it works then, but keeps nothing.
    return new KeptFiles(folder, 'caches' in globalThis ? await caches.open(cacheName) : undefined);
  }

  /** Whether the browser keeps anything. */
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

  /** Waits until everything is kept, and forgets the files of earlier trainings. */
  async finish(): Promise<void> {
    await Promise.all(this.#storing);
    for (const { url } of (await this.#cache?.keys()) ?? [])
      if (url.startsWith(this.#folder) && !this.#wanted.has(url)) await this.#cache!.delete(url);
  }

  /** What an error that came while the classifier was opened means for somebody who looks at the page. */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof ClassifierFileError)) return error;
    await Promise.all(this.#storing);
    await this.#cache?.delete(error.path);
    if (error.cause instanceof TypeError) return lostNetwork();
    const path = this.#pathOf(error.path);
    if (path === 'classifier.json')
      return new ModelDamagedError(`${error.message} \`npm run demo\` writes it anew.`);
    return new ModelDamagedError(
      `A part of the model came damaged (${path}). Loading it again may help; if not, the page was not put up whole.`,
    );
  }

  /** From the network, since a new training has a new one; without a network, the one that was kept. */
  async #first(address: string): Promise<Response> {
    const response = await fetch(address, { cache: 'no-cache' }).catch(() => undefined);
    if (response?.ok && response.headers.get('content-type')?.includes('json')) {
      this.#keep(address, response);
      return response;
    }
    if (response && response.status < 500)
      throw new ModelMissingError(
        'There is no model here: the page was put up without it. `npm run demo` trains one, and builds the page with it.',
      );
    const held = await this.#cache?.match(address);
    if (held) return held;
    throw new OfflineError(
      'The model is not on this device yet, and there is no network to bring it. Once it is here, no network is needed.',
    );
  }

  #keep(address: string, response: Response): void {
    if (!this.#cache) return;
    // A transfer that is cut is not kept; whoever reads the response hears of it.
    this.#storing.push(this.#cache.put(address, response.clone()).catch(() => undefined));
  }

  #pathOf(address: string): string {
    return address.startsWith(this.#folder) ? address.slice(this.#folder.length) : address;
  }
}

const lostNetwork = () =>
  new OfflineError(
    'The network was lost while the model was loading. What is here is kept; it goes on from there.',
  );

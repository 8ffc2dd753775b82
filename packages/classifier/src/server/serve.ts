import { stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { availableParallelism, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { appOf } from './app';
import { ServeError } from './errors';
import { Gate } from './gate';
import { Metrics } from './metrics';
import { type CompleteOptions, type ServeOptions, withDefaults } from './options';
import { Pool } from './pool';
import type { Opened, Opening } from './protocol';

/** A running server. */
export interface Server {
  /** Its address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** All addresses at which it can be reached. Several if it listens on all networks. */
  readonly addresses: readonly string[];
  /** Title and classes of the classifier, and the engine that computes. */
  readonly title: string;
  readonly classes: readonly string[];
  readonly engine: string;
  /** How the networks of the classifier compute, such as `float32` or `int8`. */
  readonly precision: string;
  /** Says that a classifier that was trained in int8 computes in 32 bits, so that its answers differ a little. */
  readonly fallback?: string;
  /** The license of each network's weights. They also apply to the classifier. */
  readonly licenses: readonly { readonly of: string; readonly license: string }[];
  /** Ids of the processes that compute. */
  readonly workers: readonly number[];
  /** Stops listening, finishes the requests that are running, and ends the processes. */
  close(): Promise<void>;
}

/**
 * Serves a trained classifier over HTTP: `POST /predict` and `/explain`, `GET /health`, `/ready`, `/metrics`, `/openapi.json`, and `/api`, a
 * page that describes them. Photos of all requests are computed in batches, in processes of their own: one that ends is replaced, and its
 * photos are computed again.
 *
 * @param run The folder of a run, or another address that `openClassifier` opens.
 * @throws ServeError when the classifier cannot be opened, or the port cannot be used. RangeError for an invalid option.
 * @example
 * ```ts
 * const server = await serve('runs/pets', { port: 8080, workers: 2 });
 * const headers = { 'content-type': 'image/jpeg' };
 * const response = await fetch(`${server.url}/predict`, { method: 'POST', headers, body: new Uint8Array(bytes) });
 * const { answers } = await response.json(); // [{ photo, known, sure, class, probability, ... }]
 * await server.close();
 * ```
 */
export async function serve(run: string, options: ServeOptions = {}): Promise<Server> {
  const complete = withDefaults(options);
  const { workers, limits, page, signal, onEvent } = complete;
  if (page !== undefined) await requireFolder(page);
  const metrics = new Metrics();
  const { pool, opened } = await Pool.open(
    workers,
    openingOf(run, complete),
    // By then, nobody waits for any of its photos.
    2 * limits.seconds + 10,
    {
      onBatch: photos => metrics.batch(photos),
      onWorkerEnd: reason => {
        metrics.workerEnded();
        onEvent?.({ kind: 'worker-ended', reason });
      },
    },
    signal,
  );
  const desk = { pool, metrics, limits, gate: new Gate(limits.requests) };
  try {
    const app = await appOf(desk, opened, page === undefined ? undefined : resolve(page));
    await listen(app, complete);
    return serverOf(app, pool, opened, complete);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

function openingOf(run: string, { engine, weights, workers, limits }: CompleteOptions): Opening {
  return {
    run,
    mostPixels: limits.pixels,
    // Processes share the processors; one alone uses all of them.
    threads: workers === 1 ? 0 : Math.max(1, Math.floor(availableParallelism() / workers)),
    ...(engine && { engine }),
    ...(weights && { weights }),
  };
}

async function requireFolder(page: string): Promise<void> {
  const found = await stat(page).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new ServeError(
    `${page} should be a folder with a page, and is ${found ? 'a file' : 'not there'}.`,
  );
}

async function listen(app: FastifyInstance, { port, host }: CompleteOptions): Promise<void> {
  await app.listen({ port, host }).catch((cause: NodeJS.ErrnoException) => {
    const reason =
      reasons[cause.code ?? '']?.(port, host) ?? `${host}:${port} cannot be used: ${cause.message}`;
    throw new ServeError(reason, { cause });
  });
}

const reasons: Readonly<Record<string, (port: number, host: string) => string>> = {
  EADDRINUSE: port =>
    `Port ${port} is in use by another program. Take another port; with 0 the system chooses a free one.`,
  EACCES: port => `Port ${port} is reserved by the system. Take one from 1024 to 65535.`,
  EADDRNOTAVAIL: (_, host) =>
    `${host} is no address of this machine. Take 127.0.0.1 for this machine alone, or 0.0.0.0 for the whole network.`,
  ENOTFOUND: (_, host) => `The name ${host} cannot be resolved. Take an address such as 127.0.0.1.`,
};

function serverOf(
  app: FastifyInstance,
  pool: Pool,
  opened: Opened,
  { host, limits }: CompleteOptions,
): Server {
  const { port } = app.server.address() as AddressInfo;
  const addresses = hostsOf(host).map(each => `http://${each}:${port}`);
  let closed: Promise<void> | undefined;
  const close = async () => {
    // A client that never reads its answer must not keep the server open.
    const last = setTimeout(() => app.server.closeAllConnections(), 1000 * limits.seconds + 1000);
    await app.close();
    clearTimeout(last);
    await pool.close();
  };
  return {
    ...{ url: addresses[0]!, addresses, ...opened },
    get workers() {
      return pool.pids;
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** The hosts at which a server is reached that listens on `host`. */
function hostsOf(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host.includes(':') ? `[${host}]` : host];
  const others = Object.values(networkInterfaces())
    .flatMap(each => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  return ['127.0.0.1', ...others];
}

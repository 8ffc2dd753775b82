import type { EngineName } from '../engine/names';
import { type NamesOf, requireKnown, requireWhole } from '../requirements';

/** What happened to a server, besides the requests. */
export interface ServerEvent {
  /** A process that computes has ended unexpectedly. Another one takes its place. */
  readonly kind: 'worker-ended';
  readonly reason: string;
}

/** Bounds of a request. A request beyond them gets an error instead of an answer. */
export interface RequestLimits {
  /** Requests that the server takes at once: those that it reads, that wait, and that are computed. Others get 503. Default 64. */
  readonly requests: number;
  /** Photos in one request. Default 16. */
  readonly photos: number;
  /** Bytes of all photos of a request. Default 32 million. */
  readonly bytes: number;
  /** Width times height of one photo. Default 50 million. */
  readonly pixels: number;
  /** Seconds to receive a request, and again to answer it. Default 30. */
  readonly seconds: number;
}

/** Options of `serve`. */
export interface ServeOptions {
  /** Default 8080. With 0, the system chooses a free port. */
  readonly port?: number;
  /** Address that the server listens on. Default `127.0.0.1`: only this machine. `0.0.0.0` also lets others in the network in. */
  readonly host?: string;
  /** Number of processes that compute. Each has the whole classifier in memory. Default 1. */
  readonly workers?: number;
  /** Default: the fastest engine that loads. */
  readonly engine?: EngineName | 'auto';
  /** New sources of the backbones' weights, as in `openClassifier`. */
  readonly weights?: readonly string[];
  /** A folder with a static web page, which is served at `/`. Default: no page. */
  readonly page?: string;
  readonly limits?: Partial<RequestLimits>;
  readonly onEvent?: (event: ServerEvent) => void;
  /** Stops the start of the server. */
  readonly signal?: AbortSignal;
}

type Defaulted = 'port' | 'host' | 'workers';

/** Options in which everything that has a default has a value. */
export type CompleteOptions = Omit<ServeOptions, Defaulted | 'limits'> &
  Required<Pick<ServeOptions, Defaulted>> & { readonly limits: RequestLimits };

const defaultLimits: RequestLimits = {
  requests: 64,
  photos: 16,
  bytes: 32e6,
  pixels: 50e6,
  seconds: 30,
};

const known: NamesOf<ServeOptions> = {
  ...{ port: true, host: true, workers: true, engine: true, weights: true, page: true },
  ...{ limits: true, onEvent: true, signal: true },
};

/** Fills in the defaults. @throws RangeError naming the option that is invalid. */
export function withDefaults(options: ServeOptions): CompleteOptions {
  requireKnown('', options, known);
  if (options.limits) requireKnown('limits.', options.limits, defaultLimits);
  const limits = { ...defaultLimits, ...options.limits };
  const all = { port: 8080, host: '127.0.0.1', workers: 1, ...options, limits };
  requireWhole('port', all.port, 0, 65_535);
  requireWhole('workers', all.workers, 1, 256);
  for (const name of ['requests', 'photos', 'bytes', 'pixels'] as const)
    requireWhole(`limits.${name}`, limits[name], 1, Number.MAX_SAFE_INTEGER);
  // A timer of Node holds at most 2^31 milliseconds.
  if (!(limits.seconds > 0 && limits.seconds <= 86_400))
    throw new RangeError(
      `limits.seconds should be above 0 and at most 86400, not ${limits.seconds}.`,
    );
  return all;
}

import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { imagesAtOnce } from '../network/extractor';
import type { Outcome } from './task';

/** What is read when the metrics are asked for. */
export interface Levels {
  requests(): number;
  waiting(): number;
  computing(): number;
  workers(): number;
}

/** What a server counts, in the text format of Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];
  readonly #requests = new Counter({
    name: 'shroom_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['route', 'status'],
    registers: this.#registers,
  });
  readonly #seconds = new Histogram({
    name: 'shroom_request_seconds',
    help: 'Seconds from the head of a request to the end of its response.',
    labelNames: ['route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: this.#registers,
  });
  readonly #photos = new Counter({
    name: 'shroom_photos_total',
    help: 'Photos by what was asked about them and whether there was an answer.',
    labelNames: ['kind', 'outcome'],
    registers: this.#registers,
  });
  readonly #batches = new Histogram({
    name: 'shroom_batch_photos',
    help: 'Views of photos in each batch that was computed.',
    buckets: Array.from({ length: imagesAtOnce }, (_, index) => index + 1),
    registers: this.#registers,
  });
  readonly #ended = new Counter({
    name: 'shroom_workers_ended_total',
    help: 'Processes that ended unexpectedly and were replaced.',
    registers: this.#registers,
  });

  batch(photos: number): void {
    this.#batches.observe(photos);
  }

  workerEnded(): void {
    this.#ended.inc();
  }

  photo(kind: string, outcome: Outcome): void {
    this.#photos.inc({ kind, outcome: 'failure' in outcome ? outcome.failure.code : 'answered' });
  }

  /** Adds what is measured now rather than counted. */
  measure(levels: Levels): void {
    const gauges: readonly (readonly [name: string, help: string, level: () => number])[] = [
      ['shroom_requests', 'Requests that are read, wait or are computed.', levels.requests],
      ['shroom_photos_waiting', 'Photos that wait for a process.', levels.waiting],
      ['shroom_photos_computing', 'Photos that processes have.', levels.computing],
      ['shroom_workers', 'Processes that can compute.', levels.workers],
    ];
    for (const [name, help, level] of gauges) {
      const collect = function (this: Gauge) {
        this.set(level());
      };
      new Gauge({ name, help, collect, registers: this.#registers });
    }
  }

  /** Counts and times the requests of an application, and answers `GET /metrics`. */
  observe(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      // The address itself could be anything, and each value makes a series of its own.
      const route = request.routeOptions.url ?? 'other';
      this.#requests.inc({ route, status: reply.statusCode });
      this.#seconds.observe({ route }, reply.elapsedTime / 1000);
    });
    app.get('/metrics', async (_, reply) => {
      void reply.type(this.#registry.contentType);
      return this.#registry.metrics();
    });
  }
}

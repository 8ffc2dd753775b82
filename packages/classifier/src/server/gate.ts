import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestError } from './errors';

/** Share of the newest request in the average time of a request. */
const share = 0.1;
/** Bounds of `Retry-After`, in seconds. */
const [soonest, latest] = [1, 60];

/** Lets a limited number of requests in at a time. A request is in until its response was sent, or its connection closed. */
export class Gate {
  readonly #most: number;
  #inside = 0;
  #seconds = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Number of requests that are in. */
  get inside(): number {
    return this.#inside;
  }

  /** A hook of Fastify. It runs before the body is read. @throws RequestError when too many requests are in. */
  readonly enter = async (_: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (this.#inside >= this.#most) {
      const seconds = Math.min(Math.max(Math.ceil(this.#seconds), soonest), latest);
      throw requestError(
        'busy',
        `The server has ${this.#inside} requests, as many as it takes at once. Try again in ${seconds} s.`,
        { 'retry-after': `${seconds}` },
      );
    }
    const start = performance.now();
    this.#inside++;
    reply.raw.once('close', () => {
      this.#inside--;
      const seconds = (performance.now() - start) / 1000;
      this.#seconds += share * (seconds - this.#seconds);
    });
  };
}

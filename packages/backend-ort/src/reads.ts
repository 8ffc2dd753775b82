import type { Executor } from './executor';
import type { GraphNode, HostArray } from './graph/node';
import type { PendingWork } from './graph/pending';

/** Returns the numbers of nodes, after running the pending work. */
export class Reads {
  #last: Promise<unknown> = Promise.resolve();
  readonly #executor: Executor;
  readonly #pending: PendingWork;
  readonly #runtimeName: string;

  /** @param runtimeName Name of the runtime, for messages. */
  constructor(executor: Executor, pending: PendingWork, runtimeName: string) {
    this.#executor = executor;
    this.#pending = pending;
    this.#runtimeName = runtimeName;
  }

  /**
   * Returns the numbers by reference. Do not modify them.
   *
   * @throws Error of the run that failed to compute them. If the runtime cannot compute synchronously, the error says what
   *   to do.
   */
  now(node: GraphNode): HostArray {
    if (node.data === undefined && !this.#executor.synchronous) {
      throw new Error(
        `backend-ort: dataSync() of a ${node.dtype} tensor of shape [${node.shape}] (${node.kernel}) on ${this.#runtimeName}, ` +
          'which cannot compute synchronously. Use await tensor.data(), or install onnxruntime-node.',
      );
    }
    if (node.data === undefined) this.#executor.computeSync(this.#pending.take(node));
    return dataOf(node);
  }

  /**
   * Returns a copy of the numbers. Reads wait for each other. The node has to stay referenced meanwhile.
   *
   * @throws Error of the run that failed to compute them.
   */
  async later(node: GraphNode): Promise<HostArray> {
    if (node.data !== undefined) return node.data.slice();
    if (this.#executor.synchronous) {
      // The native runtime computes on the calling thread anyway. Waiting for one turn of the event loop lets other reads
      // join.
      await Promise.resolve();
      return this.now(node).slice();
    }
    const reading = this.#last.then(async () => {
      if (node.data === undefined) await this.#executor.compute(this.#pending.take(node));
      return dataOf(node).slice();
    });
    this.#last = reading.catch(() => undefined);
    return reading;
  }
}

function dataOf(node: GraphNode): HostArray {
  if (node.failure !== undefined) throw node.failure;
  return node.data!;
}

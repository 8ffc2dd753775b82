import type { Executor } from './executor';
import type { GraphNode, HostArray } from './graph/node';
import type { PendingWork } from './graph/pending';

/** Gives nodes' numbers to who reads them, and has what is pending computed first. */
export class Reads {
  #last: Promise<unknown> = Promise.resolve();
  readonly #executor: Executor;
  readonly #pending: PendingWork;
  readonly #runtimeName: string;

  /** @param runtimeName for messages. */
  constructor(executor: Executor, pending: PendingWork, runtimeName: string) {
    this.#executor = executor;
    this.#pending = pending;
    this.#runtimeName = runtimeName;
  }

  /**
   * Numbers by reference: not to be changed.
   *
   * @throws Error of the run that failed to compute them; where the runtime cannot compute synchronously, one that says what to do.
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
   * A copy of the numbers. Of several reads one waits for the other. The node has to be held meanwhile.
   *
   * @throws Error of the run that failed to compute them.
   */
  async later(node: GraphNode): Promise<HostArray> {
    if (node.data !== undefined) return node.data.slice();
    if (this.#executor.synchronous) {
      // The native runtime computes on the calling thread all the same; a turn of the loop lets other reads join.
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

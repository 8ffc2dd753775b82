import { type GraphNode, nodesCreated } from './node';

/** If the pending work exceeds the bound by this factor, it is run at any point of the program. */
const hardBound = 16;

/** A step counts as finished when fewer than one in this number of its values are still in use. */
const fewAlive = 8;

/** Values that tensors hold but that are not computed yet, and the amount of work since the last run. */
export class PendingWork {
  readonly #live = new Set<GraphNode>();
  #ranAt = nodesCreated();
  #ended = false;
  readonly #bound: number;

  /** @param bound Number of operations after which the work is run at the next end of an outermost `tf.tidy`. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  add(node: GraphNode): void {
    this.#live.add(node);
  }

  delete(node: GraphNode): void {
    this.#live.delete(node);
  }

  clear(): void {
    this.#live.clear();
  }

  /** Called when an outermost scope has released its tensors. */
  scopeEnded(): void {
    this.#ended = true;
  }

  /**
   * Whether there is so much work that it should run although no value is read. This is the case at the end of an outermost
   * `tf.tidy` if few of the pending values are still in use (in the middle of a training step, the gradients need most of
   * them), and anywhere if there is far too much work.
   */
  isTooMuch(): boolean {
    const ended = this.#ended;
    this.#ended = false;
    const operations = nodesCreated() - this.#ranAt;
    if (operations <= this.#bound) return false;
    return (
      (ended && this.#live.size * fewAlive < operations) || operations > this.#bound * hardBound
    );
  }

  /** All values that a run has to keep: those that are referenced and not computed yet, and `wanted`. */
  take(wanted?: GraphNode): GraphNode[] {
    if (wanted !== undefined) this.#live.add(wanted);
    const pending = [...this.#live].filter(node => node.data === undefined);
    this.#live.clear();
    this.#ranAt = nodesCreated();
    return pending;
  }
}

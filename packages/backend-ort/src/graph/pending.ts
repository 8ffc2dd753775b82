import { type GraphNode, nodesCreated } from './node';

/** Pending work this many times over the bound is run wherever the program is. */
const hardBound = 16;

/** A step is over when fewer than one in so many of its values are alive. */
const fewAlive = 8;

/** Values that tensors hold and nobody has computed yet, and how much work has come together since the last run. */
export class PendingWork {
  readonly #live = new Set<GraphNode>();
  #ranAt = nodesCreated();
  #ended = false;
  readonly #bound: number;

  /** @param bound operations after which work is run at the next end of an outermost `tf.tidy`. */
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

  /** An outermost scope has let go of its tensors. */
  scopeEnded(): void {
    this.#ended = true;
  }

  /**
   * Whether there is so much work that it should run although nobody reads: at the end of an outermost `tf.tidy` where few
   * of the pending values are alive (in the middle of a training step most are, for the gradients), and anywhere when there
   * is far too much.
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

  /** Everything that is referenced and not computed, and `wanted`: what a run has to keep. */
  take(wanted?: GraphNode): GraphNode[] {
    if (wanted !== undefined) this.#live.add(wanted);
    const pending = [...this.#live].filter(node => node.data === undefined);
    this.#live.clear();
    this.#ranAt = nodesCreated();
    return pending;
  }
}

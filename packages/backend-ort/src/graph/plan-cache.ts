import type { GraphNode } from './node';
import { Plan } from './plan';
import type { Schedule } from './schedule';
import { compiledIn, findWeights, type WeightPlaces } from './weights';

/**
 * Weights with at most this number of elements are identified by their values, if the program writes them again for each
 * run.
 */
const smallWeight = 1024;

/** Plans of one structure of computation. */
interface Structure {
  readonly places: WeightPlaces;
  /**
   * Plans by the weights that are compiled in. Plans in one list differ in numbers that the form of their model depends on.
   */
  readonly plans: Map<string, Plan[]>;
}

interface Entry {
  readonly key: string;
  readonly weights: string;
  /** Weights that are identified by their array. */
  readonly leaves: readonly GraphNode[];
}

/** A cache of plans that removes the least recently used plan first. */
export class PlanCache {
  readonly #structures = new Map<string, Structure>();
  /** Plans in the order of their last use. */
  readonly #entries = new Map<Plan, Entry>();
  /** The plans that use each weight that is compiled in. */
  readonly #users = new Map<GraphNode, Set<Plan>>();
  readonly #size: number;
  readonly #compileWeights: boolean;
  readonly #release: (plan: Plan) => void;

  /**
   * @param size Maximum number of plans.
   * @param compileWeights Whether weights are compiled in.
   * @param release Called with each plan that is removed.
   */
  constructor(size: number, compileWeights: boolean, release: (plan: Plan) => void) {
    this.#size = size;
    this.#compileWeights = compileWeights;
    this.#release = release;
  }

  /** The plan for a computation with its weights. It may not be compiled yet. */
  find(work: Schedule): Plan {
    const structure = this.#structureOf(work);
    const numbers = this.#compileWeights ? compiledIn(work, structure.places) : [];
    const all = numbers.map(i => work.leaves[i]!);
    const weights = all.map(identityOf).join();
    const found = structure.plans.get(weights)?.find(plan => plan.fits(work));
    if (found !== undefined) {
      const entry = this.#entries.get(found)!;
      this.#entries.delete(found);
      this.#entries.set(found, entry);
      return found;
    }
    if (this.#entries.size >= this.#size) this.remove(this.#entries.keys().next().value as Plan);
    const plan = new Plan(work, numbers);
    this.#structures.set(work.key, structure);
    const same = structure.plans.get(weights) ?? [];
    structure.plans.set(weights, [...same, plan]);
    const leaves = all.filter(leaf => !isToldByNumbers(leaf));
    this.#entries.set(plan, { key: work.key, weights, leaves });
    for (const leaf of leaves) {
      const users = this.#users.get(leaf) ?? new Set();
      this.#users.set(leaf, users.add(plan));
    }
    return plan;
  }

  /** Removes plans whose weights no longer exist, because they cannot be used again. */
  forget(weight: GraphNode): void {
    for (const plan of this.#users.get(weight) ?? []) this.remove(plan);
  }

  clear(): void {
    for (const plan of [...this.#entries.keys()]) this.remove(plan);
  }

  #structureOf(work: Schedule): Structure {
    return (
      this.#structures.get(work.key) ?? {
        places: findWeights(work),
        plans: new Map<string, Plan[]>(),
      }
    );
  }

  /** Removes a plan and releases its session. */
  remove(plan: Plan): void {
    const entry = this.#entries.get(plan);
    if (entry === undefined) return;
    const { key, weights, leaves } = entry;
    this.#entries.delete(plan);
    const structure = this.#structures.get(key)!;
    const rest = structure.plans.get(weights)!.filter(each => each !== plan);
    if (rest.length > 0) structure.plans.set(weights, rest);
    else structure.plans.delete(weights);
    if (structure.plans.size === 0) this.#structures.delete(key);
    for (const leaf of leaves) {
      const users = this.#users.get(leaf)!;
      users.delete(plan);
      if (users.size === 0) this.#users.delete(leaf);
    }
    this.#release(plan);
  }
}

/** Returns the same text for the same weights. */
function identityOf(leaf: GraphNode): string {
  return isToldByNumbers(leaf) ? `[${leaf.data!.join(' ')}]` : String(leaf.id);
}

function isToldByNumbers({ variable, size }: GraphNode): boolean {
  return !variable && size <= smallWeight;
}

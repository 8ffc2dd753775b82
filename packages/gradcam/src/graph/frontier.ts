import { descendants } from '../model/operations';
import { type GraphStep, nodeOf } from './topology';

/** Nodes whose value depends on the form of what they read, not on what is in it. */
const sizing = new Set(['Shape', 'ShapeN', 'Size', 'Rank']);

/** A graph cut at a tap. */
export interface GraphCut {
  readonly order: readonly GraphStep[];
  readonly tap: string;
  readonly inputs: readonly string[];
  /** The shapes of values, by name, where the graph is run on one image. */
  readonly probe: (values: readonly string[]) => (readonly number[])[];
}

/**
 * The side values: what the second part reads that neither comes from the tap nor is a constant. Each has a row for each image,
 * so that the second part can be run on other rows than the first.
 *
 * What has none is computed in the second part anew, from values that do: the batch size, a shape made of it and what is
 * broadcast to that; rows that are places of images; values of a node with several outputs, of which a graph can be given only
 * the first.
 *
 * @param wanted What the second part is run for; it may come past the tap itself.
 */
export function sideValues(
  tail: readonly GraphStep[],
  wanted: readonly string[],
  cut: GraphCut,
): string[] {
  const { order, inputs, tap, probe } = cut;
  const given = new Set(inputs);
  const varying = new Set(inputs.flatMap(input => [...descendants(order, input)]));
  const informed = order.filter(({ op }) => !sizing.has(op));
  const seen = new Set(inputs.flatMap(input => [...descendants(informed, input)]));
  const computedBy = new Map(order.map(step => [step.name, step]));
  const steps = new Map(tail.map(step => [step.name, step]));
  const rows = new Map<string, boolean>();

  for (;;) {
    const read = [...[...steps.values()].flatMap(step => step.inputs), ...wanted];
    const sides = [...new Set(read)].filter(
      value => value !== tap && varying.has(value) && !steps.has(nodeOf(value)),
    );
    const unknown = sides.filter(value => !given.has(value) && !rows.has(value));
    const shaped = unknown.filter(value => seen.has(value) && value === nodeOf(value));
    for (const value of unknown) rows.set(value, false);
    if (shaped.length > 0) {
      const found = probe(shaped);
      shaped.forEach((value, index) => {
        const shape = found[index]!;
        rows.set(value, shape.length > 1 && shape[0] === 1);
      });
    }
    const again = sides.filter(value => rows.get(value) === false);
    if (again.length === 0) return sides;
    for (const value of again) steps.set(nodeOf(value), computedBy.get(nodeOf(value))!);
  }
}

import { descendants } from '../model/operations';
import { type GraphStep, nodeOf } from './topology';

/** Node types whose value depends only on the shape of their input, not on its content. */
const sizing = new Set(['Shape', 'ShapeN', 'Size', 'Rank']);

/** A graph that is cut at a tap. */
export interface GraphCut {
  readonly order: readonly GraphStep[];
  readonly tap: string;
  readonly inputs: readonly string[];
  /** Returns the shapes of values, by name, when the graph runs on one image. */
  readonly probe: (values: readonly string[]) => (readonly number[])[];
}

/**
 * Finds the side values: values that the second part of the graph reads and that are neither computed from the tap nor constant. Each has
 * one row per image, so that the second part can run on other rows than the first.
 *
 * Other values are recomputed in the second part from the side values: the batch size, shapes made of it and values broadcast to them; rows
 * that are positions of images; and outputs of nodes with several outputs, because only the first output can be fed to a graph.
 *
 * @param wanted Names of the values that the second part computes; the tap itself may be one of them.
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

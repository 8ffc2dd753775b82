import { fillOperator } from '../operators/elementwise';
import type { GraphNode } from './node';
import type { Schedule } from './schedule';
import { pendingWeights } from './weights';

/**
 * The values that have to be computed in a separate run before the rest: variables that are weights of the rest, and all
 * intermediate values that the rest needs too.
 *
 * @returns the targets of the first run; empty if one run is enough.
 */
export function earlierTargets(work: Schedule): GraphNode[] {
  const weights = pendingWeights(work);
  if (weights.length === 0) return [];
  const inside = new Set<GraphNode>();
  const stack = [...weights];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (inside.has(node) || node.data !== undefined || node.operator === fillOperator) continue;
    inside.add(node);
    stack.push(...node.inputs);
  }
  const kept = new Set(weights);
  for (const target of work.targets) if (inside.has(target)) kept.add(target);
  for (const node of work.nodes) {
    if (inside.has(node)) continue;
    for (const input of node.inputs) if (inside.has(input)) kept.add(input);
  }
  return [...kept];
}

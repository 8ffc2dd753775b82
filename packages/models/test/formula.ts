import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Checkpoint, type CheckpointTensor, checkpointOf, type Dialect } from '../src/index';

const period = 1009;

/** Numbers of -0.5 to 0.5 times `scale`, as tools/reference/formula.py computes them. */
export function formula(count: number, salt: number, scale = 1, offset = 0): Float32Array {
  const first = Float32Array.from(
    { length: Math.min(count, period) },
    (_, index) => offset + (((index * 7919 + salt * 104729 + 13) % period) / period - 0.5) * scale,
  );
  const numbers = new Float32Array(count);
  for (let start = 0; start < count; start += period)
    numbers.set(first.subarray(0, Math.min(period, count - start)), start);
  return numbers;
}

/**
 * A checkpoint for a network as tools/reference/models.py fills torchvision's: a weight's salt is its place by name.
 *
 * @param others Names of weights that only the reference has. They have a place too.
 */
export function formulaCheckpoint(
  network: LayersModel,
  dialect: Dialect,
  others: readonly string[] = [],
): Checkpoint {
  const shapes = [...checkpointOf(network, dialect)].map(([name, { shape }]) => ({ name, shape }));
  const all = [...shapes, ...others.map(name => ({ name, shape: [] }))];
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(
    all.map(({ name, shape }, salt) => [name, formulaTensor(name, shape, salt)] as const),
  );
}

function formulaTensor(name: string, shape: readonly number[], salt: number): CheckpointTensor {
  const product = (sides: readonly number[]) => sides.reduce((all, side) => all * side, 1);
  const count = product(shape);
  const values = () => {
    if (name.endsWith('running_var')) return formula(count, salt, 0.5, 1);
    if (/(running_mean|bias)$/.test(name)) return formula(count, salt, 0.2);
    if (name.endsWith('layer_scale')) return formula(count, salt);
    if (shape.length === 1) return formula(count, salt, 0.4, 0.7);
    return formula(count, salt, Math.sqrt(24 / product(shape.slice(1))));
  };
  return { shape, read: async () => values() };
}

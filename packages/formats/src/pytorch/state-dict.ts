import type { Fail } from './error';
import { StoredTensor } from './objects';

/** The keys under which training programs save a state dict beside other things, in the order in which they are looked for. */
const nestedUnder = ['state_dict', 'model_state_dict', 'model', 'module', 'net'] as const;

/** What `DataParallel` puts before each name. */
const parallelPrefix = 'module.';

/**
 * Finds the tensors of a saved state dict: the saved dictionary itself, or one that it holds under a usual key such as `state_dict`. What
 * is no tensor, such as a counter, is left out. If all names begin with `module.`, as `DataParallel` writes them, that is left out too.
 */
export function tensorsOf(saved: unknown, fail: Fail): ReadonlyMap<string, StoredTensor> {
  if (saved instanceof StoredTensor) return fail('it holds one tensor and no state dict');
  if (!(saved instanceof Map)) return fail('it holds no dictionary, and so no state dict');
  const nested = nestedUnder.map(key => saved.get(key)).find(holdsTensors);
  const dict = nested ?? saved;
  if (!holdsTensors(dict)) {
    const keys = [...saved.keys()]
      .slice(0, 10)
      .map(key => JSON.stringify(String(key).slice(0, 50)));
    return fail(
      `it holds no state dict; its dictionary has ${keys.join(', ') || 'nothing'}, and one is looked for under ${nestedUnder.join(', ')}`,
    );
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of dict) {
    if (!(value instanceof StoredTensor)) continue;
    if (typeof name !== 'string') return fail('the name of a tensor is no text');
    tensors.set(name, value);
  }
  const names = [...tensors.keys()];
  if (!names.every(name => name.startsWith(parallelPrefix))) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(parallelPrefix.length), tensor]));
}

const holdsTensors = (value: unknown): value is Map<unknown, unknown> =>
  value instanceof Map && [...value.values()].some(each => each instanceof StoredTensor);

import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { type Dialect, ownDialect } from './dialect';
import { type Layout, layoutOf } from './layout';
import { namedWeights } from './names';

/** One tensor of a checkpoint, read when it is wanted, so that never all of them are there twice. */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  /**
   * Its values; they may be a view of a larger buffer, and are not to be written to.
   *
   * @param scratch Memory that they may be read into; they are valid until it is used again then.
   * @throws ElementTypeError when it holds no floating-point numbers. Error when it cannot be read.
   */
  read(scratch?: Scratch): Promise<Float32Array>;
  /**
   * Called for every tensor before the first is read: what is known of it without its values.
   *
   * @throws ElementTypeError when it holds no floating-point numbers.
   */
  check?(): void;
}

/** Memory for one tensor after the other, so that loading a network leaves no garbage of its size behind. */
export interface Scratch {
  /** That many bytes, until they are taken again. */
  take(bytes: number): Uint8Array;
}

function reusedMemory(): Scratch {
  let memory = new ArrayBuffer(0);
  return {
    take(bytes) {
      if (bytes > memory.byteLength) memory = new ArrayBuffer(bytes);
      return new Uint8Array(memory, 0, bytes);
    },
  };
}

export type Checkpoint = ReadonlyMap<string, CheckpointTensor>;

/**
 * The names or shapes of a checkpoint are not those of the network.
 *
 * @example
 * ```ts
 * const { checkpoint } = readSafetensors(bytes);
 * try {
 *   await loadWeights(model, checkpoint, architectures.resnet50.dialects[0]);
 * } catch (error) {
 *   if (!(error instanceof WeightsMismatchError)) throw error;
 *   console.error(`These weights are of another network.\n${error.message}`);
 * }
 * ```
 */
export class WeightsMismatchError extends Error {
  override readonly name = 'WeightsMismatchError';
}

/**
 * Puts a checkpoint's tensors into a network, each exactly once: all of them, or none where anything is wrong. While it
 * works, the old and the new weights are both there.
 *
 * @param dialect How the checkpoint names and lays out its tensors.
 * @param isUnused Names that the checkpoint may have besides, such as those of its classifier.
 * @throws Error when two weights of the network have one name, saying where they are.
 * @throws WeightsMismatchError listing everything that is missing, left over or wrongly shaped. ElementTypeError when a
 *   tensor holds no floating-point numbers. Error when one cannot be read.
 * @example
 * ```ts
 * const network = resNet(resNetVariants.resnet50); // without the classifier
 * const { checkpoint } = readSafetensors(bytes);
 * const dialect = dialectOf(network, checkpoint, architectures.resnet50.dialects);
 * await loadWeights(network, checkpoint, dialect, name => name.startsWith('fc.'));
 * ```
 */
export async function loadWeights(
  network: LayersModel,
  checkpoint: Checkpoint,
  dialect: Dialect = ownDialect,
  isUnused: (name: string) => boolean = () => false,
): Promise<void> {
  const values: Tensor[] = [];
  try {
    const found = match(network, checkpoint, dialect, isUnused);
    for await (const value of read(found)) values.push(value);
    found.forEach(({ weight }, index) => {
      weight.write(values[index]!);
    });
  } finally {
    dispose(values);
  }
}

/**
 * As {@link loadWeights}, with memory for one weight more than the network alone. When a tensor cannot be read, those
 * before it are in the network: it is for a network that its maker disposes then.
 */
export async function fillNetwork(
  network: LayersModel,
  checkpoint: Checkpoint,
  dialect: Dialect,
  isUnused: (name: string) => boolean,
): Promise<void> {
  const found = match(network, checkpoint, dialect, isUnused);
  let index = 0;
  for await (const value of read(found)) {
    found[index++]!.weight.write(value);
    value.dispose();
  }
}

/** A weight and the tensor that belongs in it. */
interface Match {
  readonly weight: LayerVariable;
  readonly layout: Layout;
  readonly entry: CheckpointTensor;
}

/** The values of all weights, one after the other. */
async function* read(found: readonly Match[]): AsyncGenerator<Tensor> {
  const scratch = reusedMemory();
  for (const { weight, layout, entry } of found) {
    const values = await entry.read(layout.copies ? scratch : undefined);
    yield tensor(layout.toNetwork(values), weight.shape as number[]);
  }
}

function match(
  network: LayersModel,
  checkpoint: Checkpoint,
  dialect: Dialect,
  isUnused: (name: string) => boolean,
): Match[] {
  const problems: string[] = [];
  const left = new Set(
    [...checkpoint.keys()].filter(name => !isUnused(name) && !dialect.isUnused(name)),
  );
  let older = false;
  const found = weightsOf(network, dialect).map(({ name, own, weight }) => {
    const layout = layoutOf(dialect, own, weight.shape as number[]);
    const entry = checkpoint.get(name);
    if (!entry) {
      problems.push(`missing: '${name}' for ${own} [${layout.shape}]`);
      older ||= checkpoint.has(dialect.nameOf(olderName(own)));
    } else if (String(entry.shape) !== String(layout.shape)) {
      problems.push(
        `'${name}' should have shape [${layout.shape}], the checkpoint has [${entry.shape}]`,
      );
    }
    left.delete(name);
    return { weight, layout, entry };
  });
  for (const name of left) problems.push(`unexpected: '${name}' [${checkpoint.get(name)?.shape}]`);
  if (problems.length > 0) {
    const why = older
      ? 'It names weights as an older version did, which could lose those of one name. Train again.'
      : 'Is it of another variant?';
    const list = problems.map(problem => `  ${problem}`).join('\n');
    throw new WeightsMismatchError(
      `${network.name}: the checkpoint does not fit (${problems.length} problems). ${why}\n${list}`,
    );
  }
  const matches = found.map(({ entry, ...rest }) => ({ ...rest, entry: entry! }));
  for (const { entry } of matches) entry.check?.();
  return matches;
}

/**
 * The weights of a network as a checkpoint of a dialect; each is converted when it is read.
 *
 * @throws Error when two weights would have one name, saying where they are.
 * @example
 * ```ts
 * const [torchvision] = architectures.resnet50.dialects;
 * const checkpoint = checkpointOf(model, torchvision);
 * console.log(checkpoint.get('conv1.weight')?.shape); // [64, 3, 7, 7]
 * ```
 */
export function checkpointOf(network: LayersModel, dialect: Dialect = ownDialect): Checkpoint {
  return new Map(
    weightsOf(network, dialect).map(({ name, own, weight }) => {
      const layout = layoutOf(dialect, own, weight.shape as number[]);
      const read = async () => layout.toFile((await weight.read().data()) as Float32Array);
      return [name, { shape: layout.shape, read }];
    }),
  );
}

/** All weights layer by layer, each under the name that a dialect has for it, and under the network's own. */
function weightsOf(network: LayersModel, dialect: Dialect) {
  const places = new Map<string, string>();
  return namedWeights(network.layers).map(({ name: own, weight, place }) => {
    const name = dialect.nameOf(own);
    const other = places.get(name);
    if (other !== undefined)
      throw new Error(
        `${network.name}: two weights would be called '${name}' (${dialect.name}): ${other}, and ${place}.`,
      );
    places.set(name, place);
    return { name, own, weight };
  });
}

/** What a weight was called when names did not have their model's in front. */
const olderName = (name: string) => name.slice(name.indexOf('/') + 1);

/**
 * Which of several dialects a checkpoint speaks: that of the network's first weight.
 *
 * @throws WeightsMismatchError when it speaks none of them.
 * @example
 * ```ts
 * const { checkpoint } = readSafetensors(bytes);
 * const { name } = dialectOf(model, checkpoint, architectures.resnet50.dialects);
 * console.log(name); // 'torchvision' or 'transformers'
 * ```
 */
export function dialectOf(
  network: LayersModel,
  checkpoint: Checkpoint,
  dialects: readonly Dialect[],
): Dialect {
  const first = namedWeights(network.layers)[0]!.name;
  const spoken = dialects.find(dialect => checkpoint.has(dialect.nameOf(first)));
  if (spoken) return spoken;
  const wanted = dialects.map(dialect => `'${dialect.nameOf(first)}' (${dialect.name})`).join(', ');
  const names = [...checkpoint.keys()].slice(0, 3).map(name => `'${name}'`);
  throw new WeightsMismatchError(
    `${network.name}: the checkpoint should have ${wanted}; it begins with ${names.join(', ') || 'nothing'}. ` +
      'Is it of another architecture?',
  );
}

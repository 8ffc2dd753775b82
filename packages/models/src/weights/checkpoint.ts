import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { type Dialect, ownDialect } from './dialect';
import { type Layout, layoutOf } from './layout';
import { namedWeights } from './names';

/** One tensor of a checkpoint. It is read only when needed, so that the weights are never all in memory twice. */
export interface CheckpointTensor {
  readonly shape: readonly number[];
  /**
   * Reads the values. They may be a view of a larger buffer and must not be changed.
   *
   * @param scratch Memory that the values may be read into. They are valid until that memory is used again.
   * @throws ElementTypeError when the tensor's values are not floating-point numbers. Error when the tensor cannot be read.
   */
  read(scratch?: Scratch): Promise<Float32Array>;
  /**
   * Checks what is known about a tensor without its values. It is called for every tensor before the first one is read.
   *
   * @throws ElementTypeError when the tensor's values are not floating-point numbers.
   */
  check?(): void;
}

/** Memory that is reused for one tensor after another, so that loading a network does not leave as much garbage as the network is large. */
export interface Scratch {
  /** Returns this many bytes; they are valid until the next call. */
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
 * Thrown when the names or shapes of a checkpoint do not match the network.
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
 * Loads a checkpoint's tensors into a network, each exactly once. If anything is wrong, no weight is changed. During the call both
 * the old and the new weights are in memory.
 *
 * @param dialect How the checkpoint names and lays out its tensors.
 * @param isUnused Whether a name in the checkpoint may be ignored, such as those of its classifier.
 * @throws Error with the places, when two weights of the network have the same name.
 * @throws WeightsMismatchError with everything that is missing, left over or has a wrong shape. ElementTypeError when a tensor's values are
 *   not floating-point numbers. Error when a tensor cannot be read.
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
 * Loads a checkpoint as {@link loadWeights} does, with memory for only one weight in addition to the network. If a tensor cannot be read,
 * the weights before it are already changed, so the caller must dispose the network.
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

/** A weight and the tensor that is loaded into it. */
interface Match {
  readonly weight: LayerVariable;
  readonly layout: Layout;
  readonly entry: CheckpointTensor;
}

/** Yields the values of all weights, one after another. */
async function* read(found: readonly Match[]): AsyncGenerator<Tensor> {
  const scratch = reusedMemory();
  for (const { weight, layout, entry } of found) {
    const values = await entry.read(layout.copies ? scratch : undefined);
    yield tensor(layout.toNetwork(values), weight.shape as number[]);
  }
}

/** Number of problems in the message about a checkpoint that does not fit. */
const mostShown = 10;

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
      ? 'It uses the weight names of an older version, which could lose one of two weights with the same name. Train again.'
      : 'Is it of another variant?';
    const list = problems.slice(0, mostShown).map(problem => `  ${problem}`);
    const more = problems.length - mostShown;
    if (more > 0) list.push(`  and ${more} more`);
    throw new WeightsMismatchError(
      `${network.name}: the checkpoint does not fit (${problems.length} problems). ${why}\n${list.join('\n')}`,
    );
  }
  const matches = found.map(({ entry, ...rest }) => ({ ...rest, entry: entry! }));
  for (const { entry } of matches) entry.check?.();
  return matches;
}

/**
 * Presents the weights of a network as a checkpoint in a dialect. Each weight is converted when it is read.
 *
 * @throws Error with the places, when two weights would have the same name.
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

/** Returns all weights layer by layer, each under its name in the dialect and under the network's own name. */
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

/** The name that older versions gave a weight of a model inside another one, without that model's name as a prefix. */
const olderName = (name: string) => name.replace(/^[^/]+\/(?=.*\/)/, '');

/**
 * Finds the dialect of a checkpoint, by the name of the network's first weight.
 *
 * @throws WeightsMismatchError when the checkpoint is in none of the dialects.
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

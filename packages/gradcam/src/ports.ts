import { type Tensor, tile } from '@tensorflow/tfjs-core';
import type { Value } from './operations';
import { TapError } from './tap';

/** A model's input: what is used of it to tell images from other things. */
type Port = Pick<Value, 'id' | 'shape'>;

interface InputOptions {
  readonly input?: string;
  readonly given?: Readonly<Record<string, Tensor>>;
}

/**
 * The input that holds the images.
 *
 * @throws TapError when there is none of the name, or when a value of another input is missing.
 */
export function chosenInput<P extends Port>(inputs: readonly P[], options: InputOptions): P {
  const { input, given = {} } = options;
  const images =
    input === undefined
      ? (inputs.find(({ shape }) => shape.length === 4) ?? inputs[0]!)
      : inputs.find(({ id }) => id === input);
  const names = (ports: readonly Port[]) => ports.map(({ id }) => `'${id}'`).join(', ');
  if (!images) throw new TapError(`The model has no input '${input}'; it has ${names(inputs)}.`);
  const missing = inputs.filter(port => port !== images && !given[port.id]);
  if (missing.length > 0) {
    throw new TapError(
      `The model has ${inputs.length} inputs and '${images.id}' takes the images. Give values for ${names(missing)}: prepareModel(model, { given: { ${missing[0]!.id}: tensor } }).`,
    );
  }
  return images;
}

/**
 * One of several outputs by name.
 *
 * @throws TapError naming those that there are.
 */
export function chosenOutput<T>(
  outputs: readonly T[],
  names: readonly string[],
  wanted: string | undefined,
): T {
  const found = wanted === undefined ? outputs[0] : outputs[names.indexOf(wanted)];
  if (found === undefined)
    throw new TapError(
      `The model has no output '${wanted}'; it has ${names.map(name => `'${name}'`).join(', ')}.`,
    );
  return found;
}

/** A value with a row for each image: `[1, ...]` is repeated. */
export function repeated(value: Tensor, images: Tensor): Tensor {
  const [rows, count] = [value.shape[0], images.shape[0]!];
  if (rows === count) return value;
  if (rows === 1) return tile(value, [count, ...value.shape.slice(1).map(() => 1)]);
  throw new RangeError(
    `An input that is given should have 1 row, or ${count} as there are images; its shape is [${value.shape.join(', ')}].`,
  );
}

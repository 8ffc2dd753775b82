import { type Tensor, tile } from '@tensorflow/tfjs-core';
import { oneOf } from '../methods/method';
import type { PrepareOptions } from './prepared';
import { listed, TapError } from './tap';

/** A model's input, with what is needed to tell images from other inputs. */
export interface Port {
  readonly id: string;
  /** Other names of the input. */
  readonly names: readonly string[];
  readonly shape: readonly (number | null)[];
}

type Given = Readonly<Record<string, Tensor>> | undefined;

/**
 * Refuses names that are `undefined`. They come from models that do not know the name, such as `inputNames` of a sequential model before
 * its first `predict`; the default layer would be explained silently.
 *
 * @throws TapError with the name of the option. RangeError for an unknown value of `logits`.
 */
export function checkNames(options: PrepareOptions): void {
  for (const name of ['tap', 'input', 'output', 'given']) {
    if (name in options && Reflect.get(options, name) === undefined)
      throw new TapError(
        `'${name}' is undefined. Leave it out for the default; the input is model.inputs[0].name.`,
      );
  }
  oneOf(options.logits ?? 'as-is', ['recovered', 'as-is'], 'logits');
}

const called = (name: string) => (port: Port) => [port.id, ...port.names].includes(name);

/**
 * Finds the input that takes the images.
 *
 * @throws TapError when there is no input of that name, or when a value of another input is missing.
 */
export function chosenInput<P extends Port>(
  inputs: readonly P[],
  { input, given = {} }: { readonly input?: string; readonly given?: Given },
): P {
  const images =
    input === undefined
      ? ([4, 3].map(rank => inputs.find(({ shape }) => shape.length === rank)).find(Boolean) ??
        inputs[0]!)
      : inputs.find(called(input));
  if (!images)
    throw new TapError(
      `The model has no input '${input}'; it has ${listed(inputs.map(({ id }) => id))}.`,
    );
  const others = inputs.filter(port => port !== images);
  const unknown = Object.keys(given).find(name => !others.some(called(name)));
  const missing = others.filter(port => !givenFor(port, given)).map(({ id }) => id);
  const [first] = missing;
  if (first !== undefined || unknown !== undefined)
    throw new TapError(
      `The model has ${inputs.length} inputs, and '${images.id}' takes the images.${first === undefined ? '' : ` Give values for ${listed(missing)}: { given: { ${first}: tensor } }.`}${unknown === undefined ? '' : ` '${unknown}' is given, but is not one of the others.`}`,
    );
  return images;
}

const givenFor = ({ id, names }: Port, given: NonNullable<Given>): Tensor | undefined =>
  [id, ...names].map(name => given[name]).find(Boolean);

/**
 * Finds an output by its name, or by the end of its path; by default the model's first output.
 *
 * @param names Several lists of names of the model's outputs.
 * @param others Other values that can be used as the output.
 * @throws TapError with the names of the existing outputs.
 */
export function chosenOutput<T>(
  outputs: readonly T[],
  names: readonly (readonly string[])[],
  others: readonly (readonly [string, T])[],
  wanted: string | undefined,
): T {
  if (wanted === undefined) return outputs[0]!;
  for (const each of names) {
    const index = each.indexOf(wanted);
    if (index >= 0) return outputs[index]!;
  }
  const exact = others.filter(([name]) => name === wanted);
  const found = exact[0] ? exact : others.filter(([name]) => name.endsWith(`/${wanted}`));
  if (found.length === 1) return found[0]![1];
  throw new TapError(
    `The model has no output '${wanted}' and ${found[0] ? 'several layers' : 'no layer'} of that name; its outputs are ${listed(names[0]!)}.`,
  );
}

/** Returns the value of an input with one row per image; `[1, ...]` is repeated. */
export function repeated(port: Port, given: Given, images: Tensor): Tensor {
  const value = givenFor(port, given!)!;
  const [rows, ...rest] = value.shape;
  const [count] = images.shape;
  if (rows === count) return value;
  if (rows === 1) return tile(value, [count!, ...rest.fill(1)]);
  throw new RangeError(
    `'${port.id}' should have 1 row, or ${count} rows, one per image; its shape is [${value.shape.join(', ')}].`,
  );
}

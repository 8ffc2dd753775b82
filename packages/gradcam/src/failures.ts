import { getBackend, getGradient, type Tensor } from '@tensorflow/tfjs-core';
import type { PreparedModel } from './model/prepared';

// Error messages for failed explanations. This file is loaded only when an explanation fails, and imports nothing that is loaded eagerly.

type Failure = new (message: string, options?: ErrorOptions) => Error;

/** Rewords an engine's error about a missing gradient. Other errors are returned unchanged. */
export function gradientFailure(error: unknown, GradientError: Failure): unknown {
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new GradientError(
    `The gradient of the score by the feature map cannot be computed on the engine '${getBackend()}': ${reason} ` +
      'capabilities(model, images) checks this beforehand. Use a later tap, another engine, or a method without gradients: reciproCam(), ablationCam(), scoreCam().',
    { cause: error },
  );
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (!getGradient('Relu'))
    return "no gradients are loaded: they come with '@tensorflow/tfjs-layers', with '@tensorflow/tfjs', or in a bundle with '@tensorflow/tfjs-core/dist/register_all_gradients'. Import one of them.";
  const { message } = error;
  const missing = /gradient function not found for (\w+)/.exec(message)?.[1];
  if (missing)
    return missing.endsWith('Grad') || missing.includes('Backprop') || missing.startsWith('Ort')
      ? `'${missing}' is itself a gradient and cannot be differentiated again, but the method needs a second derivative.`
      : `the operation '${missing}' has no gradient.`;
  const kernel = lackingKernel(message);
  if (kernel) return `it lacks the kernel '${kernel}'.`;
  const shape = /Error in gradient for op (\w+)/.exec(message)?.[1];
  if (shape) return `its gradient of '${shape}' has a wrong shape.`;
  return /in gradient of|Cannot compute gradient/.test(message) ? sentence(message) : undefined;
}

const lackingKernel = (message: string) =>
  /Kernel '(\w+)' not registered for backend/.exec(message)?.[1];
const sentence = (message: string) => message.replace(/\.?\s*$/, '.');

/** Rewords an engine's error about a model that it cannot run. Errors that already have a type are returned unchanged. */
export function engineFailure(error: unknown, EngineError: Failure): unknown {
  // TensorFlow.js has its own kinds of errors, and all of them are named 'Error'.
  if (!(error instanceof Error) || error.name !== 'Error') return error;
  if (/disposed/.test(error.message))
    return new EngineError(
      `The model, or a tensor that is given to one of its inputs, is disposed: ${sentence(error.message)} Load or create it again.`,
      { cause: error },
    );
  const kernel = lackingKernel(error.message);
  return new EngineError(
    `The model cannot be run on the engine '${getBackend()}': ${kernel ? `it lacks the kernel '${kernel}'.` : sentence(error.message)} Use an engine on which model.predict(images) works: setBackend(name).`,
    { cause: error },
  );
}

export function methodFailure(method: unknown, place: string): string {
  const wanted = `${place} should be the result of a method's function, such as gradCam() or scoreCam()`;
  if (typeof method !== 'function') return `${wanted}; ${described(method)} came instead.`;
  const name = method.name || 'it';
  return `${wanted}; the function '${name}' came instead. Call it: ${name}(). To use your own function, wrap it: customMethod((features, gradient) => map).`;
}

export const mapFailure = (shape: readonly number[], images: number) =>
  `A method's map should be [${images}, h, w]; this one is [${shape.join(', ')}].`;

/** The error for an invalid target, or for an invalid `link`. */
export const targetFailure = (target: unknown, link: string, links: readonly string[]) =>
  new TypeError(
    !links.includes(link)
      ? `link should be one of ${links.map(worded).join(', ')}; it is ${worded(link)}.`
      : `target should be a target, such as logit, probability, contrast() or finer(); ${worded(target).slice(0, 40)} came instead.`,
  );

function described(value: unknown): string {
  if (typeof value === 'string') return `the text '${value}'`;
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}`;
  return String(value);
}

/** The error for a value that is not an images tensor, or for images that are disposed. */
export const noImagesFailure = (images: unknown) =>
  new TypeError(
    `images should be one tensor [N, H, W, C]; ${images instanceof Object && 'isDisposed' in images ? (images.isDisposed ? 'this one is disposed already' : `this one is ${(images as Tensor).dtype}, not real numbers`) : `${Array.isArray(images) ? 'an array' : described(images)} came instead. stack(tensors) makes one of several`}.`,
  );

/** The error for an unknown option. Without it, the option would be silently ignored and a different map drawn. */
export const optionFailure = (unknown: string, known: readonly string[]) =>
  new TypeError(`explain has no option '${unknown}'; its options are ${known.join(', ')}.`);

/** The error that says why a model does not take these images. */
export function imagesFailure({ images: takes }: PreparedModel, images: Tensor): Error {
  const { name, shape, dtype } = takes!;
  const given = `[${images.shape.join(', ')}]`;
  if (images.shape.includes(0)) return new RangeError(`images is empty: its shape is ${given}.`);
  const fits =
    images.rank === shape.length &&
    images.shape.every((length, at) =>
      at === 0 && shape.length === 4 ? true : isOpen(shape[at]) || shape[at] === length,
    );
  if (!fits)
    return new RangeError(
      `'${name}' takes images [${shape.map((length, at) => (isOpen(length) ? (at === 0 ? 'N' : '?') : length)).join(', ')}]; these are ${given}. Resize them as in training.`,
    );
  return new TypeError(
    `'${name}' takes ${dtype} images; these are ${images.dtype}. Convert them: cast(images, '${dtype}').`,
  );
}

const isOpen = (length: number | null | undefined) => length == null || length < 1;

export const classesFailure = (wanted: unknown, images: number, classes: number) =>
  new RangeError(
    `classIndex should be one class of 0 to ${classes - 1}, or one for each of the ${images} images; it is ${worded(wanted)}.`,
  );

const worded = (value: unknown): string =>
  Array.isArray(value) || ArrayBuffer.isView(value)
    ? `[${Array.from(value as ArrayLike<unknown>, worded).join(', ')}]`
    : typeof value === 'string'
      ? `'${value}'`
      : String(value);

export const percentilesFailure = (given: readonly number[]) =>
  new RangeError(
    `percentiles should be numbers of 0 to 100, at least one; they are [${given.join(', ')}].`,
  );

/** The error for an invalid list of explanations that was passed to a metric. */
export const explanationsFailure = (explanations: unknown, images: number) =>
  Array.isArray(explanations) &&
  explanations.length !== images &&
  explanations.every(each => each?.map)
    ? new RangeError(`There are ${images} images and ${explanations.length} explanations.`)
    : new TypeError(
        `explanations should be the array that explain returns, with { map, classIndex } for each image; ${
          Array.isArray(explanations)
            ? `it has ${described(explanations.find(each => !each?.map))}`
            : `${described(explanations)} came instead`
        }.`,
      );

export const mismatchFailure = ({ link, output }: PreparedModel, how: string) =>
  `${output.activations.length > 0 ? `The logits before the ${link} of ${output.activations.map(name => `'${name}'`).join(', ')}` : `The values computed for '${output.name}'`} should give the model's own output, but ${how}. To use the output itself as the logits, give { logits: 'as-is' }; for another layer, { output: name }.`;

export const sourceFailure = (model: unknown, option: string | undefined) =>
  new TypeError(
    model instanceof Object && 'tap' in model
      ? option === undefined
        ? `The outputs or the last activation of the model have changed since it was prepared at '${model.tap}'. Prepare it again.`
        : `The model is already prepared, at '${model.tap}'. Give '${option}' where you prepare it.`
      : 'The first argument should be a model: a tf.LayersModel, a tf.GraphModel, or the result of prepareModel, prepareGraph or prepareFunctions. The images come second.',
  );

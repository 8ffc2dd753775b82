/**
 * Thrown when the engine cannot run the model. `cause` is the engine's own error.
 *
 * @example
 * ```ts
 * import { setBackend } from '@tensorflow/tfjs-core';
 *
 * const explanations = await explain(model, images).catch(async error => {
 *   if (!(error instanceof EngineError)) throw error;
 *   await setBackend('cpu'); // slower, but it has every kernel
 *   return explain(model, images);
 * });
 * ```
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/**
 * Thrown when the gradient that a method needs cannot be computed. `cause` is the error of TensorFlow.js.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images).catch(error => {
 *   if (!(error instanceof GradientError)) throw error;
 *   return explain(model, images, { method: reciproCam() }); // needs no gradient
 * });
 * ```
 */
export class GradientError extends Error {
  override readonly name = 'GradientError';
}

/**
 * Thrown when the output is not one number per class: it has positions or boxes, or is an embedding.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images).catch(error => {
 *   if (!(error instanceof OutputError)) throw error;
 *   return explain(withinMask(prepareModel(model), mask), images); // one region of a segmentation
 * });
 * ```
 */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/**
 * Thrown when the logits that were found before the last activation do not lead to the model's own output.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images).catch(error => {
 *   if (!(error instanceof LogitsError)) throw error;
 *   return explain(model, images, { logits: 'as-is' }); // explains the output itself
 * });
 * ```
 */
export class LogitsError extends Error {
  override readonly name = 'LogitsError';
}

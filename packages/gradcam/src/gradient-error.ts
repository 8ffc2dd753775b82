import { getBackend } from '@tensorflow/tfjs-core';

/** The gradient that a method needs cannot be computed. `cause` is what TensorFlow.js said. */
export class GradientError extends Error {
  override readonly name = 'GradientError';
}

/**
 * Runs what takes gradients, and says in this library's words what an engine could not do.
 *
 * @throws GradientError
 */
export function explainingGradients<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new GradientError(
      `The gradient of the score by the feature map cannot be computed on the engine '${getBackend()}': ${reason} ` +
        'capabilities(model, images) tells beforehand. Take a later tap, another engine, or a method without gradients: reciproCam(), ablationCam(), scoreCam().',
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  const missing = /gradient function not found for (\w+)/.exec(message)?.[1];
  if (missing) {
    return missing.endsWith('Grad') || missing.includes('Backprop') || missing.startsWith('Ort')
      ? `'${missing}', itself a gradient, has no gradient, and the method takes a second one.`
      : `the operation '${missing}' has no gradient. If none has one, import '@tensorflow/tfjs-layers', which registers them.`;
  }
  const kernel = /Kernel '(\w+)' not registered for backend/.exec(message)?.[1];
  if (kernel) return `it lacks the kernel '${kernel}'.`;
  const shape = /Error in gradient for op (\w+)/.exec(message)?.[1];
  if (shape) return `its gradient of '${shape}' has a wrong shape.`;
  if (/in gradient of|Cannot compute gradient/.test(message))
    return `${message.replace(/\.?$/, '.')}`;
  return undefined;
}

import { getBackend } from '@tensorflow/tfjs-core';
import { GradientError } from './gradient-error';

/** What an engine could not differentiate, in this library's words; any other error as it is. */
export function explained(error: unknown): unknown {
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new GradientError(
    `The gradient of the score by the feature map cannot be computed on the engine '${getBackend()}': ${reason} ` +
      'capabilities(model, images) tells beforehand. Take a later tap, another engine, or a method without gradients: reciproCam(), ablationCam(), scoreCam().',
    { cause: error },
  );
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

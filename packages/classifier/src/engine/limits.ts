import type { CutBackbone } from '@shroom/models';
import { getKernel } from '@tensorflow/tfjs-core';
import { EngineLimitError } from '../errors';
import { type NativeFault, nativeFault, type Remedy } from './native';

/** Kernels that the training of a layer needs and some engine lacks, by the class of the layer. */
const needed: Readonly<Record<string, readonly string[]>> = {
  Conv2D: ['Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  DepthwiseConv2D: ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
};

/**
 * Checks that an engine computes with integers of 8 bits.
 *
 * @param engine Name of the engine.
 * @throws EngineLimitError when it does not.
 */
export function requireInt8(
  engine: string,
  ort: () => NativeFault = () => nativeFault(undefined),
): void {
  if (engine === 'ort') return;
  throw new EngineLimitError(
    `The engine '${engine}' does not compute features with integers of 8 bits (int8). Take the engine ort, or train with the precision float32. ${remedyOf(ort())}`,
  );
}

/** What gets the engine `ort`, in words. */
function remedyOf({ kind, remedy }: NativeFault): string {
  const { what, command }: Remedy =
    kind === 'broken' ? { what: 'The engine ort can: `shroom doctor` checks it.' } : remedy;
  return `${what}${command ? `\n${command}` : ''}`;
}

/**
 * Checks that an engine can train the layers after a cut, before anything long is computed.
 *
 * @param engine Name of the engine.
 * @param network Name of the network, for the message.
 * @throws EngineLimitError when the engine lacks the gradients of such a layer.
 */
export function requireGradients(
  engine: string,
  network: string,
  {
    layer,
    trained,
  }: Pick<CutBackbone, 'layer'> & {
    readonly trained: { readonly layers: readonly { getClassName(): string }[] };
  },
  ort: () => NativeFault = () => nativeFault(undefined),
): void {
  const classes = new Set(trained.layers.map(each => each.getClassName()));
  const lacking = [...classes].find(each =>
    needed[each]?.some(kernel => getKernel(kernel, engine) === undefined),
  );
  if (lacking === undefined) return;
  throw new EngineLimitError(
    `The engine '${engine}' cannot train ${network} after '${layer}': it has no gradients of layers of the kind ${lacking}. ` +
      `It can train the head alone, and fine-tune a ResNet or a vision transformer. ${remedyOf(ort())}`,
  );
}

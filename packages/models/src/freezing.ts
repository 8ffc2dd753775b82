import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { callsBefore } from './graph';
import type { Tap } from './tap';

/**
 * Freezes the beginning of a backbone and makes the rest trainable. All layers up to and including the named stage keep their weights and
 * the running averages of their batch norms, also in `model.fit`.
 *
 * @param stage One of `backbone.taps`, such as `layer3`; `undefined` makes the whole backbone trainable.
 * @throws Error when the backbone has no such stage.
 * @example
 * ```ts
 * freezeThrough(backbone, 'layer3'); // `fit` moves the weights of layer4 alone
 * freezeThrough(backbone, undefined); // and now all
 * ```
 */
export function freezeThrough(
  { model, taps }: { readonly model: LayersModel; readonly taps: readonly Tap[] },
  stage: string | undefined,
): void {
  const tap = taps.find(each => each.stage === stage);
  if (stage !== undefined && !tap) {
    const names = taps.map(each => each.stage).join(', ');
    throw new Error(`'${stage}' is not a stage of this backbone. It has ${names}.`);
  }
  // The model's own flag must be true, because it overrides the flags of its layers.
  model.trainable = true;
  for (const layer of model.layers) layer.trainable = true;
  if (!tap) return;
  const output = model.getLayer(tap.layer).output as SymbolicTensor;
  for (const { layer } of callsBefore([output])) layer.trainable = false;
}

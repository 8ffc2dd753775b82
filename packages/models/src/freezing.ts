import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { callsBefore } from './graph';
import type { Tap } from './tap';

/**
 * Freezes the beginning of a backbone and lets the rest be trained: all of it up to and with the named stage keeps its
 * weights and its batch norms' running averages, in `model.fit` too.
 *
 * @param stage One of `backbone.taps`, such as `layer3`; `undefined` lets everything be trained.
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
  // The model's own flag would hide what its layers say.
  model.trainable = true;
  for (const layer of model.layers) layer.trainable = true;
  if (!tap) return;
  const output = model.getLayer(tap.layer).output as SymbolicTensor;
  for (const { layer } of callsBefore([output])) layer.trainable = false;
}

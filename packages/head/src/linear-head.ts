import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { HeadOptions } from './head';

/**
 * One linear layer: features `[N, channels]` to logits `[N, classes]`. It starts at zero, where every class is as likely;
 * for features that tell much by themselves, such as those of `poolCovariances`.
 */
export function linearHead(
  channels: number,
  classes: number,
  options: Pick<HeadOptions, 'name'> = {},
): LayersModel {
  const { name = 'head' } = options;
  const features = input({ shape: [channels], name: `${name}/features` });
  const logits = layers
    .dense({ units: classes, kernelInitializer: 'zeros', name: `${name}/logits` })
    .apply(features) as SymbolicTensor;
  return model({ inputs: features, outputs: logits, name });
}

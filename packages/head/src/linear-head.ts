import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { HeadOptions } from './head';

/**
 * One linear layer: features `[N, channels]` to logits `[N, classes]`. It starts at zero, where every class is as likely.
 * It suits features that tell classes apart by themselves, such as those of `poolCovariances`.
 *
 * @example
 * ```ts
 * const head = linearHead(256, classNames.length);
 * head.countParams(); // 257 for each class
 * ```
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

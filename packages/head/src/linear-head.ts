import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { HeadOptions } from './head';

/**
 * Builds one linear layer from features `[N, channels]` to logits `[N, classes]`. Its weights start at zero, so that all classes are
 * equally likely. It suits features that separate the classes well, such as those of `poolCovariances`.
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

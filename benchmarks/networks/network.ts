import { convNextVariants, vit, vitVariants } from '@shroom/models';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { convNextOf } from './convnext';
import { head } from './head';
import { withRandomWeights } from './random-weights';
import { resnet50 } from './resnet50';

/** A network with generated weights, by its name in torchvision; `head` is only the classifier head. */
export function networkOf(name: string, size: number, classes?: number): LayersModel {
  if (name === 'head') return head();
  if (name === 'resnet50') return resnet50(size, classes);
  if (name === 'convnext_tiny' || name === 'convnext_base')
    return convNextOf(convNextVariants[name], size, classes);
  if (name === 'vit_small_patch14_reg4_dinov2')
    return withRandomWeights(vit(vitVariants[name], { inputSize: [size, size], pooled: true }));
  throw new Error(`There is no network '${name}' here.`);
}

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
  if (name in vitVariants) {
    const config = vitVariants[name as keyof typeof vitVariants];
    const outputs = classes === undefined ? { pooled: true } : { classes };
    return withRandomWeights(vit(config, { inputSize: [size, size], ...outputs }));
  }
  throw new Error(`There is no network '${name}' here.`);
}

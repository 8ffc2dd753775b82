import type { LayersModel } from '@tensorflow/tfjs-layers';
import { alexNetDialects } from './alexnet/checkpoint';
import { alexNet, alexNetTaps } from './alexnet/network';
import type { Tap } from './backbone';
import { convNextDialects } from './convnext/checkpoint';
import { convNext, convNextTaps } from './convnext/network';
import { type ConvNextConfig, convNextVariants } from './convnext/variants';
import { inceptionDialects } from './inception/checkpoint';
import { inceptionTaps, inceptionV3 } from './inception/network';
import type { NetworkOptions } from './network';
import { kerasDialects, resNetDialects } from './resnet/checkpoint';
import { resNet, resNetTaps } from './resnet/network';
import { type ResNetConfig, resNetVariants } from './resnet/variants';
import type { Dialect } from './weights/dialect';

/** One network of the zoo. */
export interface Architecture {
  /** The network with weights of zero, to be loaded. */
  build(options?: NetworkOptions): LayersModel;
  /** From the stem to the last feature map. */
  readonly taps: readonly Tap[];
  /** Weights of the classifier, which a network without it has no place for. */
  readonly classifier: readonly string[];
  /** Whose files can be read, the likeliest first. */
  readonly dialects: readonly Dialect[];
  /** Smallest input side in pixels. */
  readonly minimumSize: number;
}

const resNetArchitecture = (config: ResNetConfig): Architecture => ({
  build: options => resNet(config, options),
  taps: resNetTaps(config),
  classifier: ['fc/kernel', 'fc/bias'],
  dialects: resNetDialects,
  minimumSize: 32,
});

const convNextArchitecture = (config: ConvNextConfig): Architecture => ({
  build: options => convNext(config, options),
  taps: convNextTaps(config),
  classifier: ['head.norm/gamma', 'head.norm/beta', 'head.fc/kernel', 'head.fc/bias'],
  dialects: convNextDialects,
  minimumSize: 32,
});

/** Every network by its name, which is the one it has in torchvision and timm. */
export const architectures = {
  resnet18: resNetArchitecture(resNetVariants.resnet18),
  resnet34: resNetArchitecture(resNetVariants.resnet34),
  resnet50: resNetArchitecture(resNetVariants.resnet50),
  resnet101: resNetArchitecture(resNetVariants.resnet101),
  resnet152: resNetArchitecture(resNetVariants.resnet152),
  resnet50_keras: {
    ...resNetArchitecture(resNetVariants.resnet50Keras),
    dialects: kerasDialects,
  },
  convnext_tiny: convNextArchitecture(convNextVariants.convnext_tiny),
  convnext_small: convNextArchitecture(convNextVariants.convnext_small),
  convnext_base: convNextArchitecture(convNextVariants.convnext_base),
  convnext_large: convNextArchitecture(convNextVariants.convnext_large),
  inception_v3: {
    build: inceptionV3,
    taps: inceptionTaps,
    classifier: ['fc/kernel', 'fc/bias'],
    dialects: inceptionDialects,
    minimumSize: 75,
  },
  alexnet: {
    build: alexNet,
    taps: alexNetTaps,
    classifier: ['classifier.1', 'classifier.4', 'classifier.6'].flatMap(layer => [
      `${layer}/kernel`,
      `${layer}/bias`,
    ]),
    dialects: alexNetDialects,
    minimumSize: 63,
  },
} as const satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;

/** @throws RangeError when there is no architecture of that name, listing those that there are. */
export function findArchitecture(name: ArchitectureName): Architecture {
  if (!Object.hasOwn(architectures, name))
    throw new RangeError(
      `There is no architecture '${name}'; there are ${Object.keys(architectures).join(', ')}.`,
    );
  return architectures[name];
}

import type { Architecture } from '../architecture';
import { kerasDialects, resNetDialects } from './checkpoint';
import { resNet, resNetTaps } from './network';
import { type ResNetConfig, resNetVariants } from './variants';

const architecture = (config: ResNetConfig): Architecture => ({
  build: options => resNet(config, options),
  taps: resNetTaps(config),
  classifier: ['fc/kernel', 'fc/bias'],
  dialects: resNetDialects,
  minimumSize: 32,
});

// A function call that bundlers may leave out with everything that it names.
export const resNetArchitectures = /* @__PURE__ */ (() =>
  ({
    resnet18: architecture(resNetVariants.resnet18),
    resnet34: architecture(resNetVariants.resnet34),
    resnet50: architecture(resNetVariants.resnet50),
    resnet101: architecture(resNetVariants.resnet101),
    resnet152: architecture(resNetVariants.resnet152),
    resnet50_keras: { ...architecture(resNetVariants.resnet50Keras), dialects: kerasDialects },
  }) as const)();

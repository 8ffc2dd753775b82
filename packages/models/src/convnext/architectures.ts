import type { Architecture } from '../architecture';
import { convNextDialects } from './checkpoint';
import { convNext, convNextTaps } from './network';
import { type ConvNextConfig, convNextVariants } from './variants';

const architecture = (config: ConvNextConfig): Architecture => ({
  build: options => convNext(config, options),
  taps: convNextTaps(config),
  classifier: ['head.norm/gamma', 'head.norm/beta', 'head.fc/kernel', 'head.fc/bias'],
  dialects: convNextDialects,
  minimumSize: 32,
});

// A function call that bundlers may leave out with everything that it names.
export const convNextArchitectures = /* @__PURE__ */ (() =>
  ({
    convnext_tiny: architecture(convNextVariants.convnext_tiny),
    convnext_small: architecture(convNextVariants.convnext_small),
    convnext_base: architecture(convNextVariants.convnext_base),
    convnext_large: architecture(convNextVariants.convnext_large),
  }) as const)();

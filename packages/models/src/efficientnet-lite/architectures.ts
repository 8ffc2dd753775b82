import type { Architecture } from '../architecture';
import { efficientNetLiteDialects } from './checkpoint';
import { efficientNetLite, efficientNetLiteTaps } from './network';
import { type EfficientNetLiteConfig, efficientNetLiteVariants } from './variants';

const architecture = (config: EfficientNetLiteConfig): Architecture => ({
  build: options => efficientNetLite(config, options),
  taps: efficientNetLiteTaps(config),
  classifier: ['classifier/kernel', 'classifier/bias'],
  dialects: efficientNetLiteDialects(config),
  minimumSize: 32,
});

// A function call that bundlers may leave out with everything that it names.
export const efficientNetLiteArchitectures = /* @__PURE__ */ (() =>
  ({
    efficientnet_lite0: architecture(efficientNetLiteVariants.efficientnet_lite0),
    efficientnet_lite1: architecture(efficientNetLiteVariants.efficientnet_lite1),
    efficientnet_lite2: architecture(efficientNetLiteVariants.efficientnet_lite2),
  }) as const)();

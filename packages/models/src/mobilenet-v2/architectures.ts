import type { Architecture } from '../architecture';
import { mobileNetV2Dialects } from './checkpoint';
import { mobileNetV2, mobileNetV2Taps } from './network';

// A function call that bundlers may leave out with everything that it names.
export const mobileNetV2Architectures = /* @__PURE__ */ (() =>
  ({
    mobilenet_v2: {
      build: mobileNetV2,
      taps: mobileNetV2Taps,
      classifier: ['classifier/kernel', 'classifier/bias'],
      dialects: mobileNetV2Dialects,
      minimumSize: 32,
    },
  }) as const satisfies Record<string, Architecture>)();

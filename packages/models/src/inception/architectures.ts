import type { Architecture } from '../architecture';
import { inceptionDialects } from './checkpoint';
import { inceptionTaps, inceptionV3 } from './network';

// A function call that bundlers may leave out with everything that it names.
export const inceptionArchitectures = /* @__PURE__ */ (() =>
  ({
    inception_v3: {
      build: inceptionV3,
      taps: inceptionTaps,
      classifier: ['fc/kernel', 'fc/bias'],
      dialects: inceptionDialects,
      minimumSize: 75,
    },
  }) as const satisfies Record<string, Architecture>)();

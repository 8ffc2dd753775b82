import type { Architecture } from '../architecture';
import { alexNetDialects } from './checkpoint';
import { alexNet, alexNetTaps } from './network';

// A function call that bundlers may leave out with everything that it names.
export const alexNetArchitectures = /* @__PURE__ */ (() =>
  ({
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
  }) as const satisfies Record<string, Architecture>)();

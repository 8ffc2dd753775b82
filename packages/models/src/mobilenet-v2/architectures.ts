import type { Architecture } from '../architecture';
import { mobileNetV2Dialects } from './checkpoint';
import { mobileNetV2, mobileNetV2Taps } from './network';

export const mobileNetV2Architectures = {
  mobilenet_v2: {
    build: mobileNetV2,
    taps: mobileNetV2Taps,
    classifier: ['classifier/kernel', 'classifier/bias'],
    dialects: mobileNetV2Dialects,
    minimumSize: 32,
  },
} as const satisfies Record<string, Architecture>;

import { arithmeticKernels } from './arithmetic';
import { convolutionKernels } from './convolution';
import { elementwiseKernels } from './elementwise';
import { einsumKernels, gatherKernels } from './gather';
import type { Translations } from './kernel';
import { normalizationKernels } from './normalization';
import { poolingKernels } from './pooling';
import { productKernels } from './product';
import { reductionKernels } from './reduction';
import { resizeKernels } from './resize';
import { shapeKernels } from './shape';
import { volumeKernels } from './volume';

/** Every tfjs kernel that has an ONNX form, by name. */
export const translations: Translations = {
  ...arithmeticKernels,
  ...convolutionKernels,
  ...einsumKernels,
  ...elementwiseKernels,
  ...gatherKernels,
  ...normalizationKernels,
  ...poolingKernels,
  ...productKernels,
  ...reductionKernels,
  ...resizeKernels,
  ...shapeKernels,
  ...volumeKernels,
};

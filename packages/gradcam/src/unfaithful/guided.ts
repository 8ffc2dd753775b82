import {
  abs,
  type GradConfig,
  image as imageOps,
  max,
  mul,
  relu,
  reshape,
  squeeze,
  step,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { mapOfImages } from '../copies';
import { gradientOf } from '../evidence';
import { innerMethod, type Method } from '../method';
import { gradCam } from '../methods';
import type { PreparedModel } from '../prepared';

/**
 * Guided backpropagation: the gradient at the images, where a ReLU lets through only what raises the score. For a split at the
 * images. Springenberg et al. 2015. https://arxiv.org/abs/1412.6806
 *
 * **Unfaithful.** It draws edges that look convincing and hardly depend on the class or on what the network has learnt: it
 * fails the sanity checks of Adebayo et al. 2018 (https://arxiv.org/abs/1810.03292). Here for comparison, not for trust. Other
 * activations than ReLU pass their own gradient.
 */
export const guidedBackprop = (): Method => ({
  needsGradient: false,
  map: async ({ parts, features, side, score }) => {
    const { gradient, logits } = await gradientOf(parts, { features, side }, score, guidedRelus);
    logits.dispose();
    const map = tidy(() => max(abs(gradient), 3) as Tensor3D);
    gradient.dispose();
    return map;
  },
});

/**
 * Guided Grad-CAM: guided backpropagation times a class activation map, enlarged. For a split at the images.
 *
 * **Unfaithful**, as {@link guidedBackprop} is. Selvaraju et al. 2017. https://arxiv.org/abs/1610.02391
 *
 * @param parts The model split where `method` looks.
 */
export function guidedGradCam(parts: PreparedModel, method: Method = gradCam()): Method {
  innerMethod(method, 'guidedGradCam');
  return {
    needsGradient: false,
    map: async evidence => {
      const { images } = evidence;
      const [, height, width] = images.shape;
      const fine = await guidedBackprop().map(evidence);
      try {
        const map = await mapOfImages(method, { ...evidence, parts }, images);
        try {
          return tidy(() => {
            const [count, rows, columns] = map.shape;
            const coarse = reshape(relu(map), [count, rows, columns, 1]) as Tensor4D;
            const full = imageOps.resizeBilinear(coarse, [height, width], false, true);
            return mul(fine, squeeze(full, [3])) as Tensor3D;
          });
        } finally {
          map.dispose();
        }
      } finally {
        fine.dispose();
      }
    },
  };
}

/** Pass only what is above 0, where the input was above 0. */
const guidedRelus: readonly GradConfig[] = ['Relu', 'Relu6'].map(kernelName => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => mul(relu(dy as Tensor), step(x!)) }),
}));

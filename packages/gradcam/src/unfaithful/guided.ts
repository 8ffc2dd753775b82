import {
  abs,
  dispose,
  expandDims,
  type GradConfig,
  image as imageOps,
  max,
  mul,
  relu,
  squeeze,
  step,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { gradientOf } from '../evidence';
import { gradCam } from '../methods/grad-cam';
import { mapOfImages } from '../methods/map-of-images';
import { innerMethod, type Method, MethodError } from '../methods/method';
import type { PreparedModel } from '../model/prepared';

/**
 * Guided backpropagation: the gradient with respect to the images, where each ReLU passes only positive gradients. Use it with a model that
 * is tapped at the images. Springenberg et al. 2015. https://arxiv.org/abs/1412.6806
 *
 * **Unfaithful.** It draws edges that look convincing but hardly depend on the class or on what the network has learned: it
 * fails the sanity checks of Adebayo et al. 2018 (https://arxiv.org/abs/1810.03292). Use it for comparison only. Activations
 * other than ReLU pass their normal gradient.
 *
 * @example
 * ```ts
 * const tap = model.inputs[0].name; // at the images
 * const [{ map }] = await explain(model, images, { method: guidedBackprop(), tap });
 * const edges = normalizeMap(map); // 224 x 224: compare with the map of `sobelBaseline()`
 * ```
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
 * Guided Grad-CAM: guided backpropagation times an enlarged class activation map. Use it with a model that is tapped at the images.
 *
 * **Unfaithful**, like {@link guidedBackprop}. Selvaraju et al. 2017. https://arxiv.org/abs/1610.02391
 *
 * @param parts The model, tapped at the layer that `method` explains.
 * @example
 * ```ts
 * const method = guidedGradCam(prepareModel(model, { tap: 'layer4' })); // where Grad-CAM looks
 * const [{ map }] = await explain(model, images, { method, tap: model.inputs[0].name });
 * ```
 */
export function guidedGradCam(parts: PreparedModel, method: Method = gradCam()): Method {
  innerMethod(method, 'guidedGradCam');
  return {
    needsGradient: false,
    map: async evidence => {
      const { images } = evidence;
      const { name } = evidence.parts.output;
      if (name !== parts.output.name)
        throw new MethodError(
          `The output '${name}' is explained, but guidedGradCam has '${parts.output.name}'.`,
        );
      const made: Tensor3D[] = [];
      try {
        made.push(await guidedBackprop().map(evidence));
        made.push(await mapOfImages(method, { ...evidence, parts }, images));
        return tidy(() => {
          const [fine, map] = made as [Tensor3D, Tensor3D];
          const coarse = expandDims<Tensor4D>(relu(map), 3);
          const [, height, width] = images.shape;
          const full = imageOps.resizeBilinear(coarse, [height, width], false, true);
          return mul(fine, squeeze(full, [3])) as Tensor3D;
        });
      } finally {
        dispose(made);
      }
    },
  };
}

/** Passes only positive gradients, and only where the input was positive. */
const guidedRelus: readonly GradConfig[] = ['Relu', 'Relu6'].map(kernelName => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => mul(relu(dy as Tensor), step(x!)) }),
}));

import {
  ablationCam,
  augmented,
  clusteredScoreCam,
  eigenCam,
  eigenGradCam,
  explain,
  fem,
  finer as finerTarget,
  fullGrad,
  fuseMaps,
  gradCam,
  gradCamPlusPlus,
  type HeatMap,
  integratedGradients,
  kpcaCam,
  layerCam,
  logitPlusLogProbability,
  type Method,
  occlusion,
  type PreparedModel,
  prepareModel,
  reciproCam,
  refineMaps,
  rise,
  saliency,
  scoreCam,
  shapleyCam,
  smoothed,
} from '@shroom/gradcam';
import type { MethodAt } from '@shroom/gradcam/metrics';
import { guidedBackprop, guidedGradCam } from '@shroom/gradcam/unfaithful';
import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

export interface Contestant extends MethodAt {
  readonly group: string;
  /** Cost in addition to the forward pass that all methods need. */
  readonly cost: string;
  /** Whether a map takes seconds or more; such a method is evaluated on fewer photos. */
  readonly costly?: true;
}

export const groups = [
  'From the last feature map and its gradient',
  'From finer feature maps too',
  'From the last feature map alone',
  'By asking the model again',
  'From the pixels and their gradient',
  'Marked as unfaithful',
  'Baselines: they know nothing of the model',
] as const;

/**
 * Every method of `@shroom/gradcam` that gives a map for one class or for none, for a model with its last tap and a finer
 * tap. Left out are methods that equal another method before global average pooling and after a ReLU.
 */
export function contestantsFor(model: LayersModel, finerTap: string): Record<string, Contestant> {
  const parts = prepareModel(model, { link: 'softmax' });
  const finer = prepareModel(model, { tap: finerTap, link: 'softmax' });
  const atImages = prepareModel(model, { tap: model.inputs[0]!.name, link: 'softmax' });
  const [gradient, fine, features, asking, pixels, unfaithful] = groups;
  const at =
    (parts: PreparedModel, group: string) =>
    (method: Method, cost: string, more: Pick<Contestant, 'costly' | 'target'> = {}) => ({
      parts,
      method,
      group,
      cost,
      ...more,
    });
  const byGradient = at(parts, gradient);
  const byFeatures = at(parts, features);
  const byAsking = at(parts, asking);
  const byPixels = at(atImages, pixels);
  const byUnfaithful = at(atImages, unfaithful);
  const byFiner = at(finer, fine);
  const head = 'gradient of the head';
  return {
    gradCam: byGradient(gradCam(), head),
    layerCam: byGradient(layerCam(), head),
    gradCamPlusPlus: byGradient(gradCamPlusPlus(), head),
    eigenGradCam: byGradient(eigenGradCam(), head),
    'gradCam for finer()': byGradient(gradCam(), head, { target: finerTarget() }),
    shapleyCam: byGradient(shapleyCam(), 'two gradients of the head', {
      target: logitPlusLogProbability,
    }),
    'augmented(gradCam)': byGradient(augmented(gradCam()), '6 passes', { costly: true }),
    'smoothed(gradCamPlusPlus)': byGradient(
      smoothed(gradCamPlusPlus(), { samples: 8 }),
      '8 passes',
      {
        costly: true,
      },
    ),
    'layerCam a stage earlier': byFiner(layerCam(), 'gradient of a stage'),
    'gradCam a stage earlier': byFiner(gradCam(), 'gradient of a stage'),
    'layerCam of both stages': byFiner(
      ofTaps([finer, parts], layerCam(), fuseMaps),
      'gradient of a stage',
    ),
    'Refine-CAM of both stages': byFiner(
      ofTaps([finer, parts], gradCamPlusPlus(), refineMaps),
      'gradient of a stage',
    ),
    eigenCam: byFeatures(eigenCam(), 'none'),
    kpcaCam: byFeatures(kpcaCam(), 'none'),
    fem: byFeatures(fem(), 'none'),
    reciproCam: byAsking(reciproCam(), '100 passes of the head'),
    ablationCam: byAsking(ablationCam(), '2048 passes of the head'),
    clusteredScoreCam: byAsking(clusteredScoreCam(), '32 passes', { costly: true }),
    scoreCam: byAsking(scoreCam(), '2048 passes', { costly: true }),
    occlusion: byAsking(occlusion(), '65 passes', { costly: true }),
    rise: byAsking(rise({ masks: 200 }), '200 passes', { costly: true }),
    saliency: byPixels(saliency(), 'gradient of the model', { costly: true }),
    smoothGrad: byPixels(smoothed(saliency(), { samples: 8 }), '8 gradients of the model', {
      costly: true,
    }),
    integratedGradients: byPixels(integratedGradients({ steps: 16 }), '16 gradients of the model', {
      costly: true,
    }),
    fullGrad: byPixels(fullGrad(), 'gradient of the model', { costly: true }),
    guidedBackprop: byUnfaithful(guidedBackprop(), 'gradient of the model', { costly: true }),
    guidedGradCam: byUnfaithful(guidedGradCam(parts), 'gradient of the model', { costly: true }),
  };
}

/** Combines the maps of several taps into one. */
function ofTaps(
  taps: readonly PreparedModel[],
  method: Method,
  join: (maps: readonly HeatMap[], size: readonly [number, number]) => HeatMap,
): Method {
  return {
    needsGradient: false,
    map: async ({ images, score, features }): Promise<Tensor3D> => {
      const [count, height, width] = [images.shape[0], features.shape[1], features.shape[2]];
      const target = { looks: false, score: () => score };
      const given = { method, target, classIndex: 0 };
      const found: HeatMap[][] = [];
      for (const parts of taps)
        found.push((await explain(parts, images, given)).map(({ map }) => map));
      const joined = Array.from({ length: count }, (_, image) =>
        join(
          found.map(maps => maps[image]!),
          [height, width],
        ),
      );
      return tensor3d(
        joined.flatMap(({ values }) => [...values]),
        [count, height, width],
      );
    },
  };
}

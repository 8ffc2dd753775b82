import {
  ablationCam,
  augmented,
  clusteredScoreCam,
  eigenCam,
  eigenGradCam,
  fem,
  gradCam,
  gradCamElementWise,
  gradCamPlusPlus,
  integratedGradients,
  kpcaCam,
  layerCam,
  occlusion,
  reciproCam,
  rise,
  saliency,
  smoothed,
  xGradCam,
} from '@shroom/gradcam';
import { guidedBackprop } from '@shroom/gradcam/unfaithful';

/**
 * Methods that weight a feature map, and methods that only run the model again. Score-CAM is left out because it takes
 * minutes per photo.
 */
export const methodsAtTap = {
  gradCam: gradCam(),
  layerCam: layerCam(),
  gradCamElementWise: gradCamElementWise(),
  gradCamPlusPlus: gradCamPlusPlus(),
  xGradCam: xGradCam(),
  reciproCam: reciproCam(),
  ablationCam: ablationCam(),
  clusteredScoreCam: clusteredScoreCam(),
  eigenCam: eigenCam(),
  eigenGradCam: eigenGradCam(),
  kpcaCam: kpcaCam(),
  fem: fem(),
  augmented: augmented(gradCam()),
  occlusion: occlusion(),
  rise: rise({ masks: 200 }),
};

/** Methods that tap the input images. */
export const methodsAtImages = {
  saliency: saliency(),
  smoothGrad: smoothed(saliency(), { samples: 8 }),
  integratedGradients: integratedGradients({ steps: 16 }),
  guidedBackprop: guidedBackprop(),
};

/**
 * The entries of a table with the given names; all entries without names.
 *
 * @throws Error listing the known names when a name is unknown.
 */
export function chosen<T>(all: Readonly<Record<string, T>>, names?: string): Record<string, T> {
  const wanted = names?.split(',').map(name => name.trim()) ?? Object.keys(all);
  const unknown = wanted.find(name => !(name in all));
  if (unknown !== undefined)
    throw new Error(
      `There is no method '${unknown}'. The methods are: ${Object.keys(all).join(', ')}.`,
    );
  return Object.fromEntries(wanted.map(name => [name, all[name]!]));
}

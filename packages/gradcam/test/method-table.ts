import * as gradcam from '../src/index';

const { gradCam } = gradcam;

/** Every method. What is listed here is tried by every suite over methods. */
export const methodTable = {
  ablationCam: gradcam.ablationCam,
  cam: gradcam.cam,
  clusteredScoreCam: gradcam.clusteredScoreCam,
  eigenCam: gradcam.eigenCam,
  eigenGradCam: gradcam.eigenGradCam,
  fem: gradcam.fem,
  fullGrad: gradcam.fullGrad,
  gradCam,
  gradCamElementWise: gradcam.gradCamElementWise,
  gradCamPlusPlus: gradcam.gradCamPlusPlus,
  gradientShap: gradcam.gradientShap,
  hiResCam: gradcam.hiResCam,
  integratedGradients: gradcam.integratedGradients,
  kpcaCam: gradcam.kpcaCam,
  layerCam: gradcam.layerCam,
  occlusion: gradcam.occlusion,
  reciproCam: gradcam.reciproCam,
  rise: gradcam.rise,
  saliency: gradcam.saliency,
  scoreCam: gradcam.scoreCam,
  segEigenCam: gradcam.segEigenCam,
  shapleyCam: gradcam.shapleyCam,
  smoothGradCamPlusPlus: gradcam.smoothGradCamPlusPlus,
  xGradCam: gradcam.xGradCam,
} as const satisfies Record<string, () => gradcam.Method>;

/** Each of them, in few passes. */
export const fewPasses: Readonly<Record<keyof typeof methodTable, gradcam.Method>> = {
  ...(Object.fromEntries(
    Object.entries(methodTable).map(([name, method]) => [name, method()]),
  ) as Record<keyof typeof methodTable, gradcam.Method>),
  gradientShap: gradcam.gradientShap({ samples: 2 }),
  integratedGradients: gradcam.integratedGradients({ steps: 4 }),
  occlusion: gradcam.occlusion({ places: 2 }),
  rise: gradcam.rise({ masks: 10 }),
  smoothGradCamPlusPlus: gradcam.smoothGradCamPlusPlus({ samples: 2 }),
};

/** Methods that read the attention of vision transformers, and which no other network has. */
export const attentionMethods = {
  genericAttention: gradcam.genericAttention,
  gradEclip: gradcam.gradEclip,
  leGrad: gradcam.leGrad,
  rollout: gradcam.rollout,
} as const satisfies Record<string, () => gradcam.Method>;

/** Methods that are made of another. */
export const outerMethods = {
  augmented: gradcam.augmented,
  eigenSmoothed: gradcam.eigenSmoothed,
  smoothed: gradcam.smoothed,
} as const;

import type { Method } from '@shroom/gradcam';

/**
 * Methods of heat maps that take a feature map or read the attention of a vision transformer, by their names in `@shroom/gradcam`, which is
 * loaded when one is used.
 */
export const methodNames = [
  'gradCam',
  'gradCamPlusPlus',
  'gradCamElementWise',
  'hiResCam',
  'xGradCam',
  'layerCam',
  'reciproCam',
  'ablationCam',
  'clusteredScoreCam',
  'shapleyCam',
  'eigenCam',
  'eigenGradCam',
  'kpcaCam',
  'fem',
  'occlusion',
  'rise',
  'rollout',
  'genericAttention',
  'leGrad',
  'gradEclip',
] as const;

export type MethodName = (typeof methodNames)[number];

/** Loads a method by its name, with its default settings. */
export async function loadMethod(name: MethodName): Promise<Method> {
  const methods: Readonly<Record<MethodName, () => Method>> = await import('@shroom/gradcam');
  return methods[name]();
}

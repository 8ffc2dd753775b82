import type { DrawnMap, MethodName } from '../calls';
import type { EngineName } from '../engine-name';
import type { Certainty } from '../model-manifest';
import { uncalibratedCoverage, type Verdict } from '../verdict';

/** Never 0 % or 100 % of what is not quite. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return 'below 1 %';
  return share < 1 && share >= 0.995 ? 'above 99 %' : `${Math.round(100 * share)} %`;
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** `a`, `a or b`, `a, b or c`. */
function either(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}

export const engineLabels: Record<EngineName, string> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'WebAssembly',
};

/** Name and, in one sentence, idea of each method. */
export const methodLabels: Record<MethodName, { readonly name: string; readonly hint: string }> = {
  gradCam: {
    name: 'Grad-CAM',
    hint: 'Grad-CAM shows where what the model found raised the score of the class.',
  },
  gradCamPlusPlus: {
    name: 'Grad-CAM++',
    hint: 'Grad-CAM++ lets several mushrooms in one photograph count alike.',
  },
  layerCam: {
    name: 'LayerCAM',
    hint: 'LayerCAM weighs each place by itself, and shows only what raises the score: good at finer layers.',
  },
  hiResCam: {
    name: 'HiResCAM',
    hint: 'HiResCAM weighs each place by its own gradient; at the last layer it is the same as Grad-CAM.',
  },
  eigenCam: {
    name: 'Eigen-CAM',
    hint: 'Eigen-CAM shows what stands out to the model, and is the same for every class.',
  },
};

export function layerHint(index: number): string {
  return index === 0
    ? 'The last layer is what the decision is made from.'
    : 'Earlier layers are finer, and further from the decision.';
}

/** What a photo may show where the model is not sure. */
export function describeDoubt({ candidates }: Verdict, classes: readonly string[]): string {
  const names = candidates.map(k => classes[k]!);
  return names.length > 0
    ? `It may be ${either(names)}.`
    : `No class is probable enough: it may be none of the ${classes.length}.`;
}

/** What it means that the model is sure, or not. */
export function describeRule(certainty: Certainty | undefined): string {
  return certainty
    ? `Of photographs like those that it was checked with, ${percent(certainty.coverage)} show what it holds for possible.`
    : `It is sure from ${percent(uncalibratedCoverage)} on; how often it is right then was not measured.`;
}

/** What a heat map shows, for those who see it and for those who do not. */
export function describeMap(
  map: DrawnMap,
  {
    method,
    name,
    rival,
    layer,
  }: { method: MethodName; name: string; rival?: string; layer: string },
): string {
  const [height, width] = map.places;
  const how = `${methodLabels[method].name} of ${height} × ${width} places, ${layer}.`;
  if (rival !== undefined) {
    if (method === 'eigenCam')
      return `${methodLabels.eigenCam.hint} Choose another method to compare two classes.`;
    const against = map.opposite ? `; most for ${rival} ${map.opposite} (blue)` : '';
    const favor = map.strongest
      ? `most for ${name} ${map.strongest} (orange)`
      : `nothing for ${name}`;
    return `${name} rather than ${rival}: ${favor}${against}. ${how}`;
  }
  if (!map.strongest)
    return `No place raised the score of ${name}: there is nothing to draw. ${how}`;
  const what =
    method === 'eigenCam' ? 'What stands out, whatever the class' : `What speaks for ${name}`;
  return `${what}: most ${map.strongest}. ${how}`;
}

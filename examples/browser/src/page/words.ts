import type { ClassifierFile, Prediction } from '@shroom/classifier/browser';
import type { DrawnMap, Layer, MethodName } from '../calls';
import type { EngineName } from '../engine-name';

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

export const layerHint = (isLast: boolean): string =>
  isLast
    ? 'The last layer is what the decision is made from.'
    : 'Earlier layers are finer, and further from the decision.';

/** A layer in a sentence. */
export function layerName(
  { extractor, name, last }: Layer,
  { extractors }: ClassifierFile,
): string {
  const layer = last ? 'the last layer' : `the layer ${name}`;
  return extractors.length === 1 ? layer : `${layer} of ${extractors[extractor]!.architecture}`;
}

/** The class of a photo, or all that it has. */
export function answerIn(prediction: Prediction): string {
  if (prediction.task === 'single-label') return prediction.class;
  const present = prediction.labels.filter(each => each.present).map(each => each.class);
  return present.length > 0 ? present.join(', ') : 'None of the classes';
}

export const unknown = 'This does not look like anything that I was trained on.';

/** What the classes of a photo mean that is like nothing in training. */
export const describeUnknown = ({ class: best, probability }: Prediction): string =>
  `The classes mean little then. If it is one of them after all, it is most likely ${best} (${percent(probability)}).`;

/** What a classifier has learned from, and what follows for photos of another kind. */
export function describeTraining({ title, trainedOn }: ClassifierFile): string {
  const { photos, kind } = trainedOn;
  const learned = `Trained on ${photos.toLocaleString('en')} ${kind} (${title}).`;
  if (kind === 'photographs') return learned;
  return `${learned} Photographs look different from ${kind}: do not rely on what it says of them, even where it is sure.`;
}

/** What a photo may show where the model is not sure. */
export function describeDoubt({ fits, probabilities }: Prediction): string {
  const classes = Object.keys(probabilities).length;
  return fits.length > 0
    ? `It may be ${either(fits)}.`
    : `No class is probable enough: it may be none of the ${classes}.`;
}

/** What it means that the model is sure, or not. */
export const describeRule = ({ coverage }: { readonly coverage: number }): string =>
  `Of pictures like those that it was checked with, ${percent(coverage)} show what it holds for possible.`;

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

import type { ClassifierFile } from '@shroom/classifier/browser';
import type { DrawnMap, Layer, MethodName } from '../calls';
import type { EngineName } from '../engine-name';

/** A share in percent. Shares near 0 and 1 become 'below 1 %' and 'above 99 %', never 0 % or 100 %. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return 'below 1 %';
  return share < 1 && share >= 0.995 ? 'above 99 %' : `${Math.round(100 * share)} %`;
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** Joins names: `a`, `a or b`, `a, b or c`. */
export const or = (names: readonly string[]): string => joined(names, 'or');

/** Joins names: `a`, `a and b`, `a, b and c`. */
export const and = (names: readonly string[]): string => joined(names, 'and');

function joined(names: readonly string[], word: string): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`;
}

export const engineLabels: Record<EngineName, string> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'WebAssembly',
};

/** For each method, its name and a sentence that explains it. */
export const methodLabels: Record<MethodName, { readonly name: string; readonly hint: string }> = {
  gradCam: {
    name: 'Grad-CAM',
    hint: 'Grad-CAM shows the places that raised the score of the class.',
  },
  gradCamPlusPlus: {
    name: 'Grad-CAM++',
    hint: 'Grad-CAM++ gives several things of the class in one photograph equal weight.',
  },
  layerCam: {
    name: 'LayerCAM',
    hint: 'LayerCAM weights each place separately, and shows only places that raise the score. It suits finer layers.',
  },
  hiResCam: {
    name: 'HiResCAM',
    hint: 'HiResCAM weights each place by its own gradient. At the last layer it is the same as Grad-CAM.',
  },
  eigenCam: {
    name: 'Eigen-CAM',
    hint: 'Eigen-CAM shows what stands out to the model, and is the same for every class.',
  },
};

export const layerHint = (isLast: boolean): string =>
  isLast
    ? 'The model decides from the last layer.'
    : 'Earlier layers show finer detail, but are further from the decision.';

/** Name of a layer as part of a sentence. */
export function layerName(
  { extractor, name, last }: Layer,
  { extractors }: ClassifierFile,
): string {
  const layer = last ? 'the last layer' : `the layer ${name}`;
  return extractors.length === 1 ? layer : `${layer} of ${networkName(extractor, extractors)}`;
}

/** Name of a network. Networks of the same architecture are numbered. */
export function networkName(index: number, extractors: ClassifierFile['extractors']): string {
  const { architecture } = extractors[index]!;
  const alike = [...extractors.keys()].filter(k => extractors[k]!.architecture === architecture);
  return alike.length === 1 ? architecture : `${architecture} (${alike.indexOf(index) + 1})`;
}

/** Describes a heat map in words: its caption, which is also its text alternative. */
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

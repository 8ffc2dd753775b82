import { type Part, placeOf } from '../inverted-residuals/checkpoint';
import { type Dialect, pytorchDialect } from '../weights/dialect';
import { mobileNetV2Groups } from './variants';

/** The layer names are those of timm. */
export const mobileNetV2Dialects: readonly Dialect[] = [
  /* @__PURE__ */ pytorchDialect('timm', layer => layer),
  /* @__PURE__ */ pytorchDialect('torchvision', torchvisionModule),
];

const outside: Readonly<Record<string, string>> = {
  conv_stem: 'features.0.0',
  bn1: 'features.0.1',
  conv_head: 'features.18.0',
  bn2: 'features.18.1',
  classifier: 'classifier.1',
};

/** In torchvision, a block is a list; the stem is the first of `features`. The list is shorter in the first block, which has no expansion. */
const parts: Readonly<Record<Part, string>> = {
  expand: '0.0',
  expandNorm: '0.1',
  mix: '1.0',
  mixNorm: '1.1',
  project: '2',
  projectNorm: '3',
};
const firstParts: Partial<Readonly<Record<Part, string>>> = {
  mix: '0.0',
  mixNorm: '0.1',
  project: '1',
  projectNorm: '2',
};

function torchvisionModule(layer: string): string {
  const place = placeOf(layer, mobileNetV2Groups);
  if (place.kind === 'outside') return outside[layer]!;
  const names = place.block === 0 ? firstParts : parts;
  return `features.${place.block + 1}.conv.${names[place.part]}`;
}

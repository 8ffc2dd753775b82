import { type Part, placeOf } from '../inverted-residuals/checkpoint';
import { type Dialect, pytorchDialect } from '../weights/dialect';
import { efficientNetLiteGroups } from './network';
import type { EfficientNetLiteConfig } from './variants';

/** The layer names are those of timm. `efficientnet_pytorch` is the library of lukemelas, whose names other ports use too. */
export function efficientNetLiteDialects(config: EfficientNetLiteConfig): readonly Dialect[] {
  const groups = efficientNetLiteGroups(config);
  return [
    pytorchDialect('timm', layer => layer),
    pytorchDialect('efficientnet_pytorch', layer => {
      const place = placeOf(layer, groups);
      if (place.kind === 'outside') return outside[layer]!;
      return `_blocks.${place.block}.${parts[place.part]}`;
    }),
  ];
}

const outside: Readonly<Record<string, string>> = {
  conv_stem: '_conv_stem',
  bn1: '_bn0',
  conv_head: '_conv_head',
  bn2: '_bn1',
  classifier: '_fc',
};

const parts: Readonly<Record<Part, string>> = {
  expand: '_expand_conv',
  expandNorm: '_bn0',
  mix: '_depthwise_conv',
  mixNorm: '_bn1',
  project: '_project_conv',
  projectNorm: '_bn2',
};

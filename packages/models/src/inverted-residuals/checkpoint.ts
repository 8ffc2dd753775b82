import type { BlockGroup } from './network';

/** Place of a layer that has weights: outside the blocks, or in a block, whose number counts over all groups. */
type Place =
  | { readonly kind: 'outside' }
  | { readonly kind: 'block'; readonly block: number; readonly part: Part };

/** Parts of a block: its three convolutions and the batch norm after each. */
export type Part = 'expand' | 'expandNorm' | 'mix' | 'mixNorm' | 'project' | 'projectNorm';

/** timm's names of the parts, in a block with and without an expansion. */
const inverted: Readonly<Record<string, Part>> = {
  conv_pw: 'expand',
  bn1: 'expandNorm',
  conv_dw: 'mix',
  bn2: 'mixNorm',
  conv_pwl: 'project',
  bn3: 'projectNorm',
};
const separable: Readonly<Record<string, Part>> = {
  conv_dw: 'mix',
  bn1: 'mixNorm',
  conv_pw: 'project',
  bn2: 'projectNorm',
};

const outside = ['conv_stem', 'bn1', 'conv_head', 'bn2', 'classifier'];

/** Finds the place of a layer by its name: `blocks.1.0.conv_pw` is the expansion of block 1, if there is one block before it. */
export function placeOf(
  layer: string,
  groups: readonly Pick<BlockGroup, 'depth' | 'expansion'>[],
): Place {
  if (outside.includes(layer)) return { kind: 'outside' };
  const [, stage, index, name] = /^blocks\.(\d)\.(\d+)\.(\w+)$/.exec(layer) ?? [];
  const group = groups[Number(stage)];
  const part = group && (group.expansion === 1 ? separable : inverted)[name!];
  if (!part) throw new Error(`'${layer}' is not a layer of this network that has weights.`);
  const before = groups.slice(0, Number(stage)).reduce((sum, { depth }) => sum + depth, 0);
  return { kind: 'block', block: before + Number(index), part };
}

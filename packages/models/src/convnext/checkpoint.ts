import { type Dialect, pytorchDialect } from '../weights/dialect';

/** The layer names are those of timm. */
export const convNextDialects: readonly Dialect[] = [
  /* @__PURE__ */ pytorchDialect('timm', layer => layer),
  /* @__PURE__ */ pytorchDialect('torchvision', torchvisionModule, { layerScaleAxes: 2 }),
  /* @__PURE__ */ pytorchDialect('transformers', transformersModule),
];

/** The parts of a block: our name, which is also timm's, then torchvision's and transformers'. */
const blockParts: Record<string, readonly [torchvision: string, transformers: string]> = {
  conv_dw: ['block.0', 'dwconv'],
  norm: ['block.2', 'layernorm'],
  'mlp.fc1': ['block.3', 'pwconv1'],
  'mlp.fc2': ['block.5', 'pwconv2'],
  gamma: ['layer_scale', 'layer_scale_parameter'],
};

/** Layers outside the blocks. */
const outside: Record<string, readonly [torchvision: string, transformers: string]> = {
  'stem.0': ['features.0.0', 'convnext.embeddings.patch_embeddings'],
  'stem.1': ['features.0.1', 'convnext.embeddings.layernorm'],
  'head.norm': ['classifier.0', 'convnext.layernorm'],
  'head.fc': ['classifier.2', 'classifier'],
};

/** In torchvision, a stage's downsampling layer and its blocks are two entries of `features`. */
function torchvisionModule(layer: string): string {
  const place = parseLayer(layer);
  if (place.kind === 'outside') return outside[layer]![0];
  if (place.kind === 'downsample') return `features.${2 * place.stage}.${place.index}`;
  return `features.${2 * place.stage + 1}.${place.index}.${blockParts[place.part]![0]}`;
}

function transformersModule(layer: string): string {
  const place = parseLayer(layer);
  if (place.kind === 'outside') return outside[layer]![1];
  const stage = `convnext.encoder.stages.${place.stage}`;
  if (place.kind === 'downsample') return `${stage}.downsampling_layer.${place.index}`;
  return `${stage}.layers.${place.index}.${blockParts[place.part]![1]}`;
}

type Place =
  | { kind: 'outside' }
  | { kind: 'downsample'; stage: number; index: number }
  | { kind: 'block'; stage: number; index: number; part: string };

function parseLayer(layer: string): Place {
  if (layer in outside) return { kind: 'outside' };
  const [, stage, group, index, part] =
    /^stages\.(\d)\.(downsample|blocks)\.(\d+)(?:\.(.+))?$/.exec(layer) ?? [];
  if (group === 'downsample') return { kind: group, stage: Number(stage), index: Number(index) };
  if (part !== undefined && part in blockParts)
    return { kind: 'block', stage: Number(stage), index: Number(index), part };
  throw new Error(`'${layer}' is not a layer of a ConvNeXt that has weights.`);
}

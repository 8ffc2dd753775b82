import { type Dialect, parseWeightName, pytorchDialect } from '../weights/dialect';

/** The layer names are those of torchvision and timm, which are the same. */
export const resNetDialects: readonly Dialect[] = [
  /* @__PURE__ */ pytorchDialect('torchvision', layer => layer),
  /* @__PURE__ */ pytorchDialect('transformers', transformersModule),
];

/** The names of Keras's first ResNet50. Keras's deeper networks number their blocks differently. */
export const kerasDialects: readonly Dialect[] = [
  {
    name: 'keras',
    layout: 'tensorflow',
    nameOf(weight) {
      const { layer, part } = parseWeightName(weight);
      return `${kerasLayer(layer)}/${part}`;
    },
    isUnused: () => false,
  },
];

/** Converts names: `layer1.0.conv2` is `resnet.encoder.stages.0.layers.0.layer.1.convolution` in transformers. */
function transformersModule(layer: string): string {
  const fixed = {
    conv1: 'resnet.embedder.embedder.convolution',
    bn1: 'resnet.embedder.embedder.normalization',
    fc: 'classifier.1',
  }[layer];
  if (fixed !== undefined) return fixed;
  const { stage, block, kind, index } = parseLayer(layer);
  const place = `resnet.encoder.stages.${stage - 1}.layers.${block}`;
  if (kind === 'downsample.')
    return `${place}.shortcut.${index === 0 ? 'convolution' : 'normalization'}`;
  return `${place}.layer.${index - 1}.${kind === 'conv' ? 'convolution' : 'normalization'}`;
}

/** Converts names: `layer1.0.conv1` is `res2a_branch2a` in Keras. */
function kerasLayer(layer: string): string {
  const fixed = { conv1: 'conv1', bn1: 'bn_conv1', fc: 'fc1000' }[layer];
  if (fixed !== undefined) return fixed;
  const { stage, block, kind, index } = parseLayer(layer);
  const place = `${stage + 1}${'abcdef'[block]}`;
  if (kind === 'downsample.') return `${index === 0 ? 'res' : 'bn'}${place}_branch1`;
  return `${kind === 'conv' ? 'res' : 'bn'}${place}_branch2${'abc'[index - 1]}`;
}

function parseLayer(layer: string) {
  const found = /^layer(\d)\.(\d+)\.(conv|bn|downsample\.)(\d)$/.exec(layer);
  if (!found) throw new Error(`'${layer}' is not a layer of a ResNet that has weights.`);
  const [, stage, block, kind, index] = found;
  return { stage: Number(stage), block: Number(block), kind, index: Number(index) };
}

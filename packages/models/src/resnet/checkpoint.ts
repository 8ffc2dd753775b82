/**
 * The name that a weight has in checkpoints of Keras.
 *
 * @param weight A layer of ours and one of its weights, such as `layer1.0.conv1/kernel`.
 * @returns For example `res2a_branch2a/kernel`.
 */
export function kerasName(weight: string): string {
  const [layer = '', part = ''] = weight.split('/');
  return `${kerasLayer(layer)}/${part}`;
}

function kerasLayer(layer: string): string {
  const fixed = { conv1: 'conv1', bn1: 'bn_conv1', fc: 'fc1000' }[layer];
  if (fixed !== undefined) return fixed;
  const found = /^layer(\d)\.(\d+)\.(conv|bn|downsample\.)(\d)$/.exec(layer);
  if (!found) throw new Error(`'${layer}' is not a layer of a bottleneck ResNet that has weights.`);
  const [, stage, block, kind, index] = found;
  const place = `${Number(stage) + 1}${'abcdef'[Number(block)]}`;
  if (kind === 'downsample.') return `${index === '0' ? 'res' : 'bn'}${place}_branch1`;
  return `${kind === 'conv' ? 'res' : 'bn'}${place}_branch2${'abc'[Number(index) - 1]}`;
}

import type { Call } from './call';

/**
 * Writes `MeanOfViews`, a layer of `@shroom/classifier`: consecutive rows of logits are those of the views of one photo; the result is the
 * logits of their mean probabilities.
 */
export function meanOfViews({ onnx, config, inputs }: Call): string {
  const { views, link } = config as { readonly views: number; readonly link: string };
  const [{ name, shape }] = inputs as [Call['inputs'][number]];
  const least = onnx.constant('number 1e-37', 'float32', [], Float32Array.of(1e-37));
  const grouped = BigInt64Array.from([-1, views, shape[1]!], BigInt);
  const groups = onnx.constant(`groups of ${views}`, 'int64', [3], grouped);
  const logOfMean = (probabilities: string) => {
    const byPhoto = onnx.add('Reshape', [probabilities, groups]);
    const mean = onnx.add('ReduceMean', [byPhoto], { axes: [1], keepdims: 0 });
    return onnx.add('Log', [onnx.add('Max', [mean, least])]);
  };
  if (link === 'softmax') return logOfMean(onnx.add('Softmax', [name], { axis: 1 }));
  // 1 - sigmoid(x) is computed as sigmoid(-x), because it loses digits near 1.
  const yes = onnx.add('Sigmoid', [name]);
  const no = onnx.add('Sigmoid', [onnx.add('Neg', [name])]);
  return onnx.add('Sub', [logOfMean(yes), logOfMean(no)]);
}

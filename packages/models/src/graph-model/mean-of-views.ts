import type { GraphCall } from './call';
import { flag } from './model';

/**
 * Writes `MeanOfViews`, a layer of `@shroom/classifier`: consecutive rows of logits are those of the views of one photo; the result is the
 * logits of their mean probabilities.
 */
export function meanOfViews({ graph, config, inputs }: GraphCall): string {
  const { views, link } = config as { readonly views: number; readonly link: string };
  const [{ name, shape }] = inputs as [GraphCall['inputs'][number]];
  const groups = graph.integers([-1, views, shape[1]!]);
  const logOfMean = (probabilities: string) => {
    const byPhoto = graph.add('Reshape', [probabilities, groups]);
    const mean = graph.add('Mean', [byPhoto, graph.integers([1])], { keep_dims: flag(false) });
    return graph.add('Log', [graph.add('Maximum', [mean, graph.number(1e-37)])]);
  };
  if (link === 'softmax') return logOfMean(graph.add('Softmax', [name]));
  // 1 - sigmoid(x) is computed as sigmoid(-x), because it loses digits near 1.
  const yes = graph.add('Sigmoid', [name]);
  const no = graph.add('Sigmoid', [graph.add('Neg', [name])]);
  return graph.add('Sub', [logOfMean(yes), logOfMean(no)]);
}

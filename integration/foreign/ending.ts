import type { Artifacts, GraphNode, LayerConfig } from './artifacts';

/** An output of a model whose last activation was removed from its topology. */
export interface Bare {
  readonly artifacts: Artifacts;
  /** The activation that was removed. */
  readonly ending: 'softmax' | 'sigmoid' | 'none';
}

const moving = ['Identity', 'Reshape', 'Squeeze', 'ExpandDims', 'Cast', 'StopGradient'];

/** A model without the activation at the end of `output`: its topology is edited before it is loaded. */
export function withoutEnding(artifacts: Artifacts, output: string): Bare {
  const modelTopology = structuredClone(artifacts.modelTopology);
  const ending = modelTopology.node
    ? removeNode(modelTopology.node, output)
    : removeActivation(modelTopology.model_config!);
  return { artifacts: { ...artifacts, modelTopology }, ending };
}

function removeNode(nodes: readonly GraphNode[], output: string): Bare['ending'] {
  const [name] = output.split(':');
  const node = nodes.find(each => each.name === name);
  if (!node) return 'none';
  const { op, input = [] } = node;
  if (op === 'Softmax' || op === 'Sigmoid') {
    node.op = 'Identity';
    return op === 'Softmax' ? 'softmax' : 'sigmoid';
  }
  const fused = node.attr?.fused_ops?.list?.s;
  const last = fused?.at(-1);
  if (fused && last && Buffer.from(last, 'base64').toString() === 'Sigmoid') {
    fused.pop();
    return 'sigmoid';
  }
  return moving.includes(op) && input[0] ? removeNode(nodes, input[0]) : 'none';
}

function removeActivation({ class_name: kind, config }: LayerConfig): Bare['ending'] {
  const layers = Array.isArray(config) ? config : config.layers;
  if (layers) return removeActivation(layers.at(-1)!);
  if (Array.isArray(config)) return 'none';
  const { activation } = config;
  if (kind === 'Softmax')
    throw new Error('Removing a softmax in a separate layer is not supported yet.');
  if (activation !== 'softmax' && activation !== 'sigmoid') return 'none';
  config.activation = 'linear';
  return activation;
}

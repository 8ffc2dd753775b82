import {
  abs,
  add,
  dispose,
  div,
  grad,
  image as imageOps,
  keep,
  max,
  min,
  mul,
  type Scalar,
  sqrt,
  squeeze,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { differentiated, type Evidence } from '../evidence';
import { observed } from '../gradients/observed';
import type { Operation, Value } from '../model/operations';

/** Computes the map of FullGrad: see `fullGrad`. */
export async function fullGradientMap({ parts, images, score }: Evidence): Promise<Tensor3D> {
  const { through } = parts;
  if (!through)
    throw new TypeError(
      `fullGrad() can read the biases of a tf.LayersModel only, not those of a graph or of functions, as at '${parts.tap}'.`,
    );
  const [count, height, width] = images.shape;
  const rows = [...Array(count).keys()];
  const gradients = new Map<Value, Tensor4D>();
  const total = (pixels: Tensor): Scalar => {
    const logits = through(pixels as Tensor4D, (value, tensor) => {
      const { operation } = value;
      if (!operation || operation.outputs[0] !== value || !hasBias(operation)) return tensor;
      const gradientBefore = beforeActivation(operation);
      return observed(tensor, gradient =>
        gradients.set(value, keep(gradientBefore(gradient as Tensor4D, tensor))),
      );
    });
    return sum(score(logits, rows));
  };
  try {
    return await differentiated(() =>
      tidy(() => {
        let map: Tensor = sum(scaled(mul(images, grad(total)(images))), 3);
        for (const [value, found] of gradients) {
          const gradient = isChannelsFirst(value.operation!)
            ? transpose(found, [0, 2, 3, 1])
            : found;
          const own = sum(scaled(mul(gradient, biasOf(value.operation!))), 3, true);
          const full = imageOps.resizeBilinear(own as Tensor4D, [height, width], false, true);
          map = add(map, squeeze(full, [3]));
        }
        return map as Tensor3D;
      }),
    );
  } finally {
    dispose([...gradients.values()]);
  }
}

/** Absolute values of each channel of each image, scaled to 0 to 1. */
function scaled(values: Tensor): Tensor {
  const size = abs(values);
  const low = min(size, [1, 2], true);
  return div(sub(size, low), add(sub(max(size, [1, 2], true), low), 1e-7));
}

const convolutions = new Set(['Conv2D', 'DepthwiseConv2D', 'Conv2DTranspose']);

/** Finds a weight of a layer by the end of its name. */
function weightCalled({ layer }: Operation, name: string): Tensor | undefined {
  const index = layer.weights.findIndex(weight => weight.originalName.split('/').at(-1) === name);
  return index < 0 ? undefined : layer.getWeights()[index];
}

/** Whether a layer is a batch norm, including one that is not from TensorFlow.js: it is recognized by its mean and variance. */
const isBatchNorm = (operation: Operation): boolean =>
  weightCalled(operation, 'moving_variance') !== undefined;

function isChannelsFirst({ layer }: Operation): boolean {
  const { dataFormat, axis } = layer.getConfig();
  return dataFormat === 'channelsFirst' || axis === 1;
}

function hasBias(operation: Operation): boolean {
  if (operation.outputs[0]!.shape.length !== 4) return false;
  if (isBatchNorm(operation)) return true;
  const { layer } = operation;
  return convolutions.has(layer.getClassName()) && layer.getConfig().useBias !== false;
}

/** Returns a function that converts the gradient after a layer's own activation to the gradient before it. */
function beforeActivation(operation: Operation): (gradient: Tensor4D, output: Tensor) => Tensor4D {
  const { layer } = operation;
  const activation = isBatchNorm(operation) ? 'linear' : layer.getConfig().activation;
  if (activation === 'linear' || activation == null) return gradient => gradient.clone();
  if (activation === 'relu') return (gradient, output) => mul(gradient, step(output));
  throw new TypeError(
    `fullGrad() cannot see the values before the activation '${activation}' of '${layer.name}'; only before ReLU.`,
  );
}

/** Returns the bias that a layer adds to each channel. */
function biasOf(operation: Operation): Tensor {
  if (!isBatchNorm(operation)) return operation.layer.getWeights().at(-1)!;
  const named = (name: string) => weightCalled(operation, name);
  const { epsilon } = operation.layer.getConfig() as { epsilon: number };
  const deviation = sqrt(add(named('moving_variance')!, epsilon));
  const shift = div(mul(named('moving_mean')!, named('gamma') ?? 1), deviation);
  return sub(named('beta') ?? 0, shift);
}

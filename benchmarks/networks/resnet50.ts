import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';

/** Blocks per stage. */
const depths = [3, 4, 6, 3] as const;

/**
 * ResNet50 v1.5 as tfjs-layers with generated weights, because the time does not depend on the weights.
 *
 * @param classes Number of outputs of a dense layer at the end. Without it, the network ends with the pooled features.
 */
export function resnet50(size: number, classes?: number): LayersModel {
  const image = input({ shape: [size, size, 3] });
  let x = relu(norm(conv(pad(image, 3), 64, 7, 2)));
  x = layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(pad(x, 1)) as SymbolicTensor;
  depths.forEach((depth, stage) => {
    for (let block = 0; block < depth; block++) {
      x = bottleneck(x, 64 * 2 ** stage, block === 0 && stage > 0 ? 2 : 1, block === 0);
    }
  });
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  if (classes !== undefined)
    x = layers.dense({ units: classes, name: 'fc' }).apply(x) as SymbolicTensor;
  return model({ inputs: image, outputs: x });
}

function bottleneck(
  x: SymbolicTensor,
  width: number,
  stride: number,
  project: boolean,
): SymbolicTensor {
  let y = relu(norm(conv(x, width, 1, 1)));
  y = relu(norm(conv(pad(y, 1), width, 3, stride)));
  y = norm(conv(y, 4 * width, 1, 1));
  const shortcut = project ? norm(conv(x, 4 * width, 1, stride)) : x;
  return relu(layers.add().apply([y, shortcut]) as SymbolicTensor);
}

function conv(
  x: SymbolicTensor,
  filters: number,
  kernelSize: number,
  strides: number,
): SymbolicTensor {
  return layers
    .conv2d({ filters, kernelSize, strides, useBias: false, kernelInitializer: 'heNormal' })
    .apply(x) as SymbolicTensor;
}

function norm(x: SymbolicTensor): SymbolicTensor {
  return layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }).apply(x) as SymbolicTensor;
}

function relu(x: SymbolicTensor): SymbolicTensor {
  return layers.activation({ activation: 'relu' }).apply(x) as SymbolicTensor;
}

function pad(x: SymbolicTensor, padding: number): SymbolicTensor {
  return layers.zeroPadding2d({ padding }).apply(x) as SymbolicTensor;
}

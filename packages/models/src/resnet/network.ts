import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { Tap } from '../backbone';
import type { ResNetConfig } from './variants';

export interface NetworkOptions {
  /** `[height, width]`; `null` admits any. Default `[224, 224]`. */
  readonly inputSize?: readonly [number | null, number | null];
  /** Number of logits of the classifier `fc`; without it the network ends at the last feature map. */
  readonly classes?: number;
}

const widths = [64, 128, 256, 512] as const;
const expansion = 4;

/**
 * A bottleneck ResNet, its layers named as in torchvision: `conv1`, `layer1.0.conv1` ... `layer4.2.relu`, `fc`.
 *
 * Images `[N, H, W, 3]` to the feature map `[N, H/32, W/32, 2048]`, or to logits `[N, classes]` (no softmax).
 * Weights are zero until they are loaded: what will be overwritten is not worth random numbers.
 */
export function resNet(config: ResNetConfig, options: NetworkOptions = {}): LayersModel {
  const { inputSize = [224, 224], classes } = options;
  const images = input({ shape: [...inputSize, 3], name: 'images' });

  let x = pad(3, 'conv1.pad').apply(images) as SymbolicTensor;
  x = convolution(config, 64, 7, 2, 'conv1').apply(x) as SymbolicTensor;
  x = relu('relu').apply(batchNorm(config, 'bn1').apply(x)) as SymbolicTensor;
  // Zeros are as good as PyTorch's minus infinity here: after a ReLU nothing is below them.
  x = pad(1, 'maxpool.pad').apply(x) as SymbolicTensor;
  x = layers.maxPooling2d({ poolSize: 3, strides: 2, name: 'maxpool' }).apply(x) as SymbolicTensor;

  config.depths.forEach((depth, stage) => {
    for (let block = 0; block < depth; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      x = bottleneck(config, x, widths[stage]!, stride, block === 0, `layer${stage + 1}.${block}`);
    }
  });
  if (classes === undefined) return model({ inputs: images, outputs: x, name: 'resnet' });

  x = layers.globalAveragePooling2d({ name: 'avgpool' }).apply(x) as SymbolicTensor;
  x = layers
    .dense({ units: classes, kernelInitializer: 'zeros', name: 'fc' })
    .apply(x) as SymbolicTensor;
  return model({ inputs: images, outputs: x, name: 'resnet' });
}

/** Narrows, mixes space, widens, and adds the result to what came in. */
function bottleneck(
  config: ResNetConfig,
  x: SymbolicTensor,
  width: number,
  stride: number,
  project: boolean,
  name: string,
): SymbolicTensor {
  const [stride1, stride2] = config.strideOn === '1x1' ? [stride, 1] : [1, stride];
  let y = convolution(config, width, 1, stride1, `${name}.conv1`).apply(x);
  y = relu(`${name}.relu1`).apply(batchNorm(config, `${name}.bn1`).apply(y));
  y = pad(1, `${name}.conv2.pad`).apply(y);
  y = convolution(config, width, 3, stride2, `${name}.conv2`).apply(y);
  y = relu(`${name}.relu2`).apply(batchNorm(config, `${name}.bn2`).apply(y));
  y = convolution(config, width * expansion, 1, 1, `${name}.conv3`).apply(y);
  y = batchNorm(config, `${name}.bn3`).apply(y) as SymbolicTensor;

  let shortcut = x;
  if (project) {
    shortcut = convolution(config, width * expansion, 1, stride, `${name}.downsample.0`).apply(
      x,
    ) as SymbolicTensor;
    shortcut = batchNorm(config, `${name}.downsample.1`).apply(shortcut) as SymbolicTensor;
  }
  y = layers.add({ name: `${name}.add` }).apply([y, shortcut]);
  return relu(`${name}.relu`).apply(y) as SymbolicTensor;
}

function convolution(
  config: ResNetConfig,
  filters: number,
  kernelSize: number,
  strides: number,
  name: string,
) {
  const useBias = config.convolutionBias;
  return layers.conv2d({
    filters,
    kernelSize,
    strides,
    useBias,
    padding: 'valid',
    kernelInitializer: 'zeros',
    name,
  });
}

const batchNorm = ({ epsilon }: ResNetConfig, name: string) =>
  layers.batchNormalization({ epsilon, momentum: 0.9, name });
const relu = (name: string) => layers.activation({ activation: 'relu', name });
const pad = (padding: number, name: string) => layers.zeroPadding2d({ padding, name });

/** The outputs of the stem and of the four stages. */
export function resNetTaps(config: ResNetConfig): Tap[] {
  const stages = config.depths.map((depth, stage) => ({
    layer: `layer${stage + 1}.${depth - 1}.relu`,
    stride: 4 * 2 ** stage,
    channels: widths[stage]! * expansion,
  }));
  return [{ layer: 'relu', stride: 2, channels: 64 }, ...stages];
}

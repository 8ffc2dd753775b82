import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import {
  depthToSpace,
  io,
  mul,
  type NamedTensorMap,
  randomUniform,
  serialization,
  type Tensor,
  type Tensor4D,
  tensor,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { Artifacts } from './artifacts';

export type Model = LayersModel | GraphModel;

export interface Port {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
}

/** The custom layers of super-resolution models. */
class MultiplyBeta extends layers.Layer {
  static className = 'MultiplyBeta';
  override call(inputs: Tensor | Tensor[]): Tensor {
    return mul([inputs].flat()[0]!, 0.2);
  }
}

class PixelShuffle extends layers.Layer {
  static className = 'PixelShuffle4x';
  override computeOutputShape(shape: (number | null)[]): (number | null)[] {
    return [shape[0]!, shape[1]! && shape[1] * 4, shape[2]! && shape[2] * 4, shape[3]! / 16];
  }
  override call(inputs: Tensor | Tensor[]): Tensor {
    return depthToSpace([inputs].flat()[0] as Tensor4D, 4, 'NHWC');
  }
}

serialization.registerClass(MultiplyBeta);
serialization.registerClass(PixelShuffle);

export function load(artifacts: Artifacts): Promise<Model> {
  const handler = io.fromMemory(artifacts);
  return artifacts.modelTopology.node ? loadGraphModel(handler) : loadLayersModel(handler);
}

export const isLayers = (model: Model): model is LayersModel => 'layers' in model;

export function portsOf(model: Model): { inputs: Port[]; outputs: Port[] } {
  const port = ({ name, shape = [], dtype = 'float32' }: Partial<Port>) => ({
    name: name!,
    shape,
    dtype,
  });
  return { inputs: model.inputs.map(port), outputs: model.outputs.map(port) };
}

/** Input values from 0 to 1 (0 to 255 for integers), the same in each run. Open image sizes become `size`. */
export function values(inputs: readonly Port[], size: number): NamedTensorMap {
  const open = (shape: Port['shape'], at: number) => (shape.length === 4 && at > 0 ? size : 1);
  return Object.fromEntries(
    inputs.map(({ name, shape, dtype }, index) => {
      const sizes = shape.map((length, at) =>
        length === null || length < 0 ? open(shape, at) : length,
      );
      if (dtype === 'string') return [name, tensor(['let x = 1;'], sizes as number[], 'string')];
      const [low, high] = dtype === 'int32' ? [0, 255] : [0, 1];
      return [name, randomUniform(sizes, low, high, dtype as 'float32' | 'int32', 7 + index)];
    }),
  );
}

/** The outputs of a model, one tensor each. Asynchronous, because some graphs have loops. */
export async function predict(model: Model, fed: NamedTensorMap): Promise<Tensor[]> {
  if (isLayers(model)) return [model.predict(Object.values(fed)) as Tensor | Tensor[]].flat();
  const names = model.outputs.map(({ name }) => name);
  return [await model.executeAsync(fed, names)].flat();
}

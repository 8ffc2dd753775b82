import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import { CovariancePooling, principalDirections } from '@shroom/head';
import { graphModelArtifacts } from '@shroom/models';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import {
  io,
  setBackend,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor4d,
} from '@tensorflow/tfjs-core';
import { input, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { formula } from '../../packages/models/test/formula';

/** Numbers of one computation by an engine. */
export interface PoolingValues {
  readonly pooled: readonly number[];
  /** Of the same layer, written as a graph model. */
  readonly graph: readonly number[];
  readonly center: readonly number[];
  /** Columns have no sign, so these are their products with themselves. */
  readonly directions: readonly number[];
}

declare global {
  interface Window {
    poolingOf(engine: string, shape: readonly [number, number, number]): Promise<PoolingValues>;
  }
}

const channels = 6;
const components = 4;

window.poolingOf = async (engine, [count, height, width]) => {
  await setBackend(engine);
  const values = formula(count * height * width * channels, 1, 4);
  const maps = tensor4d(values, [count, height, width, channels]);
  const images = input({ shape: [height, width, channels] });
  const pooling = new CovariancePooling({ components, name: 'pooling' });
  const network = model({ inputs: images, outputs: pooling.apply(images) as SymbolicTensor });
  pooling.setWeights([
    tensor(formula(channels, 2, 1)),
    tensor(formula(channels * components, 3, 1), [channels, components]),
  ]);
  const pooled = await numbers(network.predict(maps) as Tensor);
  const graph = await loadGraphModel(io.fromMemory(await graphModelArtifacts(network)));
  const fromGraph = await numbers(graph.execute(maps, 'output') as Tensor);
  const { center, directions } = await principalDirections(maps as Tensor4D, 2);
  return {
    ...{ pooled, graph: fromGraph, center: [...center] },
    directions: [...directions].map((value, at) => value * directions[at % 2]!),
  };
};

const numbers = async (values: Tensor): Promise<number[]> => [...(await values.data())];

import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';
import { hiResCam, type Method } from '../../src/index';
import { centerBaseline, type MetricName } from '../../src/metrics/index';
import { inside, size } from './patch-model';

/** How a metric is tried on the patch model. */
export interface MetricCase {
  /** A method whose maps have the higher number, and one whose have the lower. */
  readonly high: Method;
  readonly low: Method;
  /** Weight of what is around the patch. Default 0. */
  readonly surroundings?: number;
  /** Whether it asks the model for scores or maps. */
  readonly asksModel: boolean;
  /** Whether what it draws at random depends on the size of the batch. Default false. */
  readonly drawsForBatch?: boolean;
}

/** The same map for every image, whatever the model. */
function fixed(value: (place: number) => number): Method {
  const values = Array.from({ length: size * size }, (_, place) => value(place));
  return {
    needsGradient: false,
    map: async ({ features }): Promise<Tensor3D> => {
      const [count] = features.shape;
      return tensor3d(new Array(count).fill(values).flat(), [count, size, size]);
    },
  };
}

const oracle = fixed(place => Number(inside(place)));
const inverse = fixed(place => Number(!inside(place)));
const point = fixed(place => Number(place === 0));
const even = fixed(() => 1);

const higher = { high: oracle, low: inverse, asksModel: true };
const lower = { high: inverse, low: oracle, asksModel: true };
/** What is around speaks against the class, so that the score rises where it goes. */
const wary = { ...higher, surroundings: -0.05 };
const located = { ...higher, asksModel: false };

/** Every metric of the table: one that is not here does not type, and fails the suite. */
export const metricCases: Readonly<Record<MetricName, MetricCase>> = {
  road: higher,
  insertion: higher,
  deletion: lower,
  averageDrop: lower,
  averageIncrease: wary,
  averageGain: wary,
  adcc: higher,
  arcc: higher,
  infidelity: lower,
  energyInMask: located,
  pointingGame: located,
  rankAccuracy: located,
  intersectionOverUnion: located,
  // A map that looks at the image moves with it, and one that looks at the weights changes with them.
  sensitivity: { high: hiResCam(), low: centerBaseline(), asksModel: true, drawsForBatch: true },
  randomization: { high: centerBaseline(), low: hiResCam(), asksModel: true },
  sparseness: { high: point, low: even, asksModel: false },
  complexity: { high: even, low: point, asksModel: false },
};

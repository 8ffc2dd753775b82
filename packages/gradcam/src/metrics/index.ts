export {
  type ComparisonOptions,
  type ComparisonRow,
  compare,
  type MetricName,
} from './comparison';
export { type ConfidenceChange, confidenceChange } from './confidence';
export { type Curve, type CurveOptions, deletion, insertion } from './deletion';
export { impute, type Pixels } from './imputation';
export {
  energyInMask,
  intersectionOverUnion,
  type Mask,
  pointingGame,
  rankAccuracy,
} from './localisation';
export { type Road, type RoadOptions, road } from './road';
export type { Judged, MetricOptions } from './subject';

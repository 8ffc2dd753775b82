export {
  type BaselineName,
  baselines,
  centerBaseline,
  emptyBaseline,
  randomBaseline,
  sobelBaseline,
} from './baselines';
export { adcc, arcc, type CoherencyOptions, type Composite, coherency } from './coherency';
export {
  type ComparisonOptions,
  type ComparisonRow,
  compare,
  type MethodAt,
  type Scores,
} from './comparison';
export { complexity, sparseness } from './concentration';
export { type ConfidenceChange, confidenceChange } from './confidence';
export { type Curve, type CurveOptions, deletion, insertion } from './deletion';
export { impute, type Pixels } from './imputation';
export {
  energyInMask,
  intersectionOverUnion,
  pointingGame,
  rankAccuracy,
} from './localization';
export type { Metric, MetricInput, MetricInputOptions } from './metric';
export { type RandomizationOptions, type RandomizationStage, randomization } from './randomization';
export { type Road, type RoadOptions, road } from './road';
export {
  type InfidelityOptions,
  infidelity,
  type SensitivityOptions,
  sensitivity,
} from './robustness';
export { type ClassMap, type Mask, type MetricOptions, TargetError } from './subject';
export { type MetricName, metrics } from './table';
export { type Measured, type TrustOptions, trust, type Verdict } from './trust';

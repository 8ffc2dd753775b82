export {
  type BaselineName,
  baselines,
  centerBaseline,
  emptyBaseline,
  randomBaseline,
  sobelBaseline,
} from './baselines';
export { adcc, arcc, coherency } from './coherency';
export type { ComparisonOptions, ComparisonRow, MethodAt, Scores } from './compared';
export { compare } from './comparison';
export type { CoherencyOptions, Composite } from './composites';
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
export type { InfidelityOptions, SensitivityOptions } from './perturbed';
export { randomization } from './randomization';
export type { RandomizationOptions, RandomizationStage } from './randomized';
export { type Road, type RoadOptions, road } from './road';
export { infidelity, sensitivity } from './robustness';
export { type ClassMap, type Mask, type MetricOptions, TargetError } from './subject';
export { type MetricName, metrics } from './table';
export { trust } from './trust';
export type { Measured, TrustOptions, Verdict } from './verdict';

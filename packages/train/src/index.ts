export { Adam, type AdamOptions, type AdamState } from './adam';
export { type FeatureSet, gather } from './feature-set';
export {
  type EpochReport,
  evaluateOn,
  type FitOptions,
  fit,
  logitsOf,
  type Trainable,
  type TrainingData,
} from './fit';
export { balancedClassWeights, type CrossEntropyOptions, crossEntropy } from './loss';
export {
  type ClassMetrics,
  type Evaluation,
  evaluate,
  predictions,
  probabilities,
} from './metrics';
export type { GalleryPicture, HistoryRow, ReportContent } from './report/content';
export { renderReport } from './report/report';
export { constant, cosineAnnealing, type Schedule } from './schedule';

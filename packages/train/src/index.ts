export { Adam, type AdamOptions, type AdamState } from './adam';
export {
  type Areas,
  averagePrecision,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RankingAreas,
  type RocCurve,
  rankingAreas,
  rocArea,
  rocCurve,
} from './evaluation/areas';
export { type Assessment, assess } from './evaluation/assessment';
export {
  type Calibration,
  type CalibrationOptions,
  calibration,
  type ReliabilityBin,
} from './evaluation/calibration';
export {
  type Answer,
  answer,
  type Certainty,
  type CertaintyOptions,
  fitCertainty,
} from './evaluation/certainty';
export { classDistance } from './evaluation/class-distance';
export {
  type AdaptiveOptions,
  adaptive,
  calibrateSets,
  conformalQuantile,
  evaluateSets,
  leastAmbiguous,
  predictionSets,
  type SetOptions,
  type SetReport,
  type SetRule,
  type Strangeness,
} from './evaluation/conformal';
export {
  type CrossValidation,
  crossValidate,
  type Fold,
  type Spread,
  selectPhotos,
} from './evaluation/cross-validation';
export { hardest, type Judgement } from './evaluation/hardest';
export {
  type BootstrapOptions,
  bootstrap,
  type ClassIntervals,
  classIntervals,
  type Figure,
  type FigureOptions,
  figureIntervals,
  type Interval,
  type Level,
  shareInterval,
} from './evaluation/intervals';
export {
  energy,
  type NoveltyDetector,
  nearestNeighbours,
  noveltyThreshold,
} from './evaluation/novelty';
export { fitTemperature, type TemperatureOptions } from './evaluation/temperature';
export { topKAccuracy } from './evaluation/top';
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
export { encodeScalars, encodeVersion, type ScalarEvent } from './logs/events';
export { type HistoryRow, historyCsv } from './logs/history';
export { balancedClassWeights, type CrossEntropyOptions, crossEntropy } from './loss';
export {
  type AverageMetrics,
  type ClassMetrics,
  type Evaluation,
  evaluate,
  predictions,
  probabilities,
} from './metrics';
export type { EpochPicture, GalleryPicture, ReportContent } from './report/content';
export { renderReport } from './report/report';
export { constant, cosineAnnealing, type Schedule } from './schedule';

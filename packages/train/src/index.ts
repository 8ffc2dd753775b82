export { Adam, type AdamOptions, AdamW } from './adam';
export { clipByGlobalNorm, globalNorm } from './clipping';
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
  type Sureness,
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
export {
  type FeatureSet,
  type FeatureSource,
  type Features,
  gather,
  selectFrom,
  sourceOf,
} from './feature-set';
export { registerFilterGradient } from './filter-gradient';
export { type EpochReport, type FitOptions, fit, type TrainingData } from './fit';
export { type HeldOut, type HeldOutOptions, heldOutLogits } from './held-out';
export { evaluateOn, type InferenceOptions, logitsOf } from './inference';
export { type FinderOptions, type FinderReport, findLearningRate } from './learning-rate-finder';
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
export { type Mixing, type Mixture, mix } from './mixing';
export type { Optimiser, OptimiserState, WeightGroup } from './optimiser';
export { createOptimiser, type OptimiserOptions } from './optimisers';
export { balancedOrder } from './order';
export type { Phase } from './phase';
export type { StepReport } from './phase-run';
export { type Recipe, type RecipeName, recipes } from './recipes';
export type { EpochPicture, GalleryPicture, ReportContent } from './report/content';
export { renderReport } from './report/report';
export {
  constant,
  cosineAnnealing,
  type OneCycleOptions,
  oneCycle,
  type Schedule,
  type ScheduleOptions,
  scheduleOf,
  stepwise,
  type TrainingLength,
  warmUp,
} from './schedule';
export { Sgd, type SgdOptions } from './sgd';
export type { Trainable, Weight } from './trainable';
export type { EpochRecord, SavedTensor, TrainingPosition, TrainingState } from './training-state';
export { type TrainingBatch, TrainingStep, type TrainingStepOptions } from './training-step';
export { WeightAverage } from './weight-average';

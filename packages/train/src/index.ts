export { Adam, type AdamOptions, AdamW } from './adam';
export { clipByGlobalNorm, globalNorm } from './clipping';
export {
  type FeatureSet,
  type FeatureSource,
  type Features,
  gather,
  sourceOf,
} from './feature-set';
export { registerFilterGradient } from './filter-gradient';
export { type EpochReport, type FitOptions, fit, type TrainingData } from './fit';
export { evaluateOn, type InferenceOptions, logitsOf } from './inference';
export { type FinderOptions, type FinderReport, findLearningRate } from './learning-rate-finder';
export { balancedClassWeights, type CrossEntropyOptions, crossEntropy } from './loss';
export {
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
export type { GalleryPicture, HistoryRow, ReportContent } from './report/content';
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

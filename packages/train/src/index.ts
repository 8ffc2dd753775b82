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
export { hardest, type SamplePrediction } from './evaluation/hardest';
export {
  evaluateOn,
  type InferenceOptions,
  logitsOf,
  meanOfSigmoids,
} from './evaluation/inference';
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
  type AverageMetrics,
  type ClassMetrics,
  type Evaluation,
  evaluate,
  predictions,
  probabilities,
} from './evaluation/metrics';
export {
  evaluateMultiLabel,
  type LabelMetrics,
  type MultiLabelEvaluation,
  sigmoids,
} from './evaluation/multi-label';
export {
  assessMultiLabel,
  type LabelAnswer,
  type MultiLabelAssessment,
} from './evaluation/multi-label-assessment';
export {
  answerMultiLabel,
  fitMultiLabelCertainty,
  type MultiLabelAnswer,
  type MultiLabelCertainty,
  type MultiLabelCertaintyOptions,
} from './evaluation/multi-label-certainty';
export {
  type MultiLabelFigure,
  type MultiLabelFigureOptions,
  multiLabelIntervals,
} from './evaluation/multi-label-intervals';
export {
  energy,
  type NoveltyDetector,
  nearestNeighbors,
  noveltyThreshold,
} from './evaluation/novelty';
export { comparePaired, type PairedComparison } from './evaluation/paired';
export { accuracyByColumn, type ColumnAccuracy, type ValueAccuracy } from './evaluation/slices';
export { fitTemperature, type TemperatureOptions } from './evaluation/temperature';
export { chooseThresholds, type ThresholdOptions } from './evaluation/thresholds';
export { topKAccuracy } from './evaluation/top';
export {
  type Extracted,
  type ExtractionOptions,
  extractFeatures,
  type ImageBatch,
  type RowCache,
} from './features/extraction';
export { type BlockOptions, type FeatureBlock, featureBlocks } from './features/feature-blocks';
export {
  type FeatureSet,
  type FeatureSource,
  type Features,
  gather,
  selectFrom,
  sourceOf,
  type Truth,
} from './features/feature-set';
export {
  type BinaryCrossEntropyOptions,
  balancedPositiveWeights,
  binaryCrossEntropy,
} from './fit/binary-cross-entropy';
export { registerFilterGradient } from './fit/filter-gradient';
export { fit } from './fit/fit';
export type { EpochReport, FitOptions, StepReport, TrainingData } from './fit/fit-options';
export { type HeldOut, type HeldOutOptions, heldOutLogits } from './fit/held-out';
export {
  type FinderOptions,
  type FinderReport,
  findLearningRate,
} from './fit/learning-rate-finder';
export { balancedClassWeights, type CrossEntropyOptions, crossEntropy } from './fit/loss';
export { type Mixing, type Mixture, mix } from './fit/mixing';
export type { Criterion, Phase } from './fit/phase';
export type {
  EpochRecord,
  SavedTensor,
  TrainingPosition,
  TrainingState,
} from './fit/training-state';
export { type TrainingBatch, TrainingStep, type TrainingStepOptions } from './fit/training-step';
export { encodeScalars, encodeVersion, type ScalarEvent } from './logs/events';
export { type HistoryRow, historyCsv } from './logs/history';
export {
  CheckpointMismatchError,
  type LeftOut,
  type LoadOptions,
  type Restorable,
  restoreCheckpoint,
} from './model/restoring';
export type { Trainable, Weight } from './model/trainable';
export { Adam, type AdamOptions } from './optimizers/adam';
export { AdamW } from './optimizers/adamw';
export { clipByGlobalNorm, globalNorm } from './optimizers/clipping';
export { createOptimizer, type OptimizerOptions } from './optimizers/create-optimizer';
export type { Optimizer, OptimizerState, WeightGroup } from './optimizers/optimizer';
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
} from './optimizers/schedule';
export { Sgd, type SgdOptions } from './optimizers/sgd';
export { WeightAverage } from './optimizers/weight-average';
export { type BlockEpoch, type BlockShuffle, blockShuffle } from './random/block-order';
export { balancedOrder } from './random/order';
export type { Recipe } from './recipes/recipe';
export { type RecipeName, recipes } from './recipes/table';
export type { AdviceKind } from './report/advice';
export type {
  EpochPicture,
  GalleryPicture,
  ReportContent,
  ReportedNovelty,
  Robustness,
  WorseCondition,
} from './report/content';
export { renderReport } from './report/report';
export { niceTicks } from './report/ticks';
export { type Verdict, verdictOf } from './report/verdict';

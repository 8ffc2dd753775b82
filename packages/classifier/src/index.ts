export {
  type CacheEntry,
  listCache,
  type PruneCacheOptions,
  type PrunedCache,
  pruneCache,
} from './cache';
export {
  Classifier,
  type OpenClassifierOptions,
  openClassifier,
  type PhotoExplanation,
} from './classifier';
export { type ComparedRun, type CompareOptions, type Comparison, compareRuns } from './compare';
export { type Engine, startEngine } from './engine/engine';
export { type EngineName, engineNames } from './engine/names';
export type { Remedy } from './engine/native';
export {
  ClassifierFileError,
  EngineLimitError,
  EngineLoadError,
  FeatureFolderError,
  ForeignShardError,
  PhotoError,
  PlanError,
  RunBusyError,
  RunFolderError,
  ShardBusyError,
  UnfinishedShardsError,
  UnsupportedExportError,
  UnsupportedNetworkError,
} from './errors';
export type { Evaluated, EvaluatedPhotos, EvaluateOptions } from './evaluate';
export type { TrainEvent } from './events';
export { type MapName, mapNames } from './explaining/map-names';
export { type PictureOptions, photoPng } from './explaining/photo-png';
export type {
  AnswerExportOptions,
  AnyExportOptions,
  Exported,
  ExportedClassifier,
  ExportForm,
} from './exports/form';
export {
  type ExportOptionsOf,
  type ExportResultOf,
  listExportForms,
  registerExportForm,
} from './exports/forms';
export type { ExportFormName } from './exports/names';
export type { OnnxExportOptions } from './exports/onnx';
export type { TfjsExportOptions } from './exports/tfjs';
export type { WebExport, WebExportOptions } from './exports/web';
export type { ZipExport, ZipExportOptions } from './exports/zip';
export {
  type FeatureFolder,
  type FeatureFolderOptions,
  type FeaturePart,
  openFeatureFolder,
} from './feature-folder';
export { parseClassifierFile } from './file/classifier-file';
export type { StoredPrecision } from './file/encoded';
export type { LoadOptions } from './file/load';
export { type ClassifierFile, fileVersion } from './file/schema';
export { type Finetuned, type FinetuneOptions, finetune } from './finetune';
export { type InspectOptions, inspect } from './inspect';
export type { Extractor, Pooling } from './network/extractor';
export type { FeaturePlan } from './network/plan';
export { type BackboneWeights, findWeights } from './network/weights';
export type { Caution, Configuration, TableColumns, TrainConfiguration } from './options';
export type { PhotoInput, PhotoInputs, StoredPhoto } from './photos/inputs';
export type { NamedPhotos } from './photos/open-set';
export type { PhotoSplit } from './photos/splitting';
export type { Augment } from './photos/views';
export type { OnProgress, Progress, Stage } from './progress';
export type { Seconds } from './results/metrics';
export type {
  MultiLabelResult,
  Run,
  SingleLabelResult,
  TestResult,
} from './results/results';
export type { RunConfiguration } from './run/folder';
export { fileName, forTerminal } from './run/names';
export type {
  MultiLabelPrediction,
  PredictedLabel,
  Prediction,
  SingleLabelPrediction,
} from './serving/answer';
export type { Explained, ExplainOptions, FailedPhoto, PredictOptions } from './serving/options';
export { type MergedShards, type MergeShardsOptions, mergeShards } from './shards/merge';
export { type PlannedShards, planShards } from './shards/plan';
export type {
  ClassifierPlanOptions,
  ExplainPlanOptions,
  FeaturesPlanOptions,
  HashPlanOptions,
  InspectPlanOptions,
  PlanOptions,
  PredictPlanOptions,
} from './shards/plan-options';
export { type GivenShard, shardOfTask } from './shards/scheduler';
export { type ShardedWork, shardedWork } from './shards/schema';
export {
  type FailedShard,
  type ShardStatus,
  type ShardStatusOptions,
  shardStatus,
} from './shards/status';
export { type WorkedShard, type WorkShardOptions, workShard } from './shards/work';
export { type TaskName, taskNames } from './task';
export { resume, type TrainOptions, train } from './train';
export { type HeadName, type JobRecipe, type JobRecipeName, jobRecipes } from './training/recipe';
export type { TrainingPhotos, WorkOptions } from './training/work';

export {
  CheckpointMismatchError,
  type LeftOut,
  type LoadOptions,
  type Restorable,
} from '../model/restoring';
export { writeAtomically } from './atomic';
export { type CachedOptions, cachedFeatures } from './cached-features';
export {
  type CheckpointFacts,
  loadCheckpoint,
  loadTrainingState,
  saveCheckpoint,
  saveTrainingState,
} from './checkpoint';
export { type FeatureArray, type FeatureArrayOptions, openFeatureArray } from './feature-array';
export { FeatureArrayError, type FeatureFault } from './feature-array-error';
export { type CacheOptions, FeatureCache } from './feature-cache';
export {
  type FeatureFile,
  type JobNeeds,
  jobNeeds,
  listFeatures,
  type PlannedJob,
  type PrunedFeatures,
  type PruneFeaturesOptions,
  pruneFeatures,
} from './feature-files';
export { HistoryLog } from './history-log';
export { type DataIdentity, identityOf, type RunIdentity } from './identity';
export { differences, type Plain } from './plain';
export {
  type CheckpointOptions,
  checkpointFiles,
  fitWithCheckpoints,
  historyOf,
  resume,
  startRun,
  type Training,
} from './run';
export { openRun, type RunFile, RunMismatchError, saveRun } from './run-file';

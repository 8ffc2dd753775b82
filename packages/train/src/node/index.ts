export { writeAtomically } from './atomic';
export { type CachedOptions, cachedFeatures } from './cached-features';
export {
  type CheckpointFacts,
  loadCheckpoint,
  loadTrainingState,
  type Restorable,
  saveCheckpoint,
  saveTrainingState,
} from './checkpoint';
export { type CacheOptions, FeatureCache } from './feature-cache';
export { HistoryLog } from './history-log';
export {
  type CheckpointOptions,
  checkpointFiles,
  fitWithCheckpoints,
  historyOf,
  openRun,
  type RunFile,
  resume,
  saveRun,
  startRun,
  type Training,
} from './run';

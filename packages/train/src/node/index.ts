export { writeAtomically } from './atomic';
export {
  type CheckpointFacts,
  loadCheckpoint,
  type Restorable,
  saveCheckpoint,
} from './checkpoint';
export { FeatureCache } from './feature-cache';
export { HistoryLog } from './history-log';

export { writeAtomically } from './atomic';
export {
  type CheckpointFacts,
  loadCheckpoint,
  loadTrainingState,
  type Restorable,
  saveCheckpoint,
  saveTrainingState,
} from './checkpoint';
export { FeatureCache } from './feature-cache';

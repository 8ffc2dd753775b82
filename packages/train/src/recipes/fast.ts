import type { Recipe } from './recipe';

/** Trains a head on frozen features in a third of the steps of `reference`: one cycle, and averaged weights. */
export const fast = {
  epochs: 20,
  batchSize: 32,
  optimizer: { name: 'adamw', weightDecay: 1e-2 },
  decay: 'matrices',
  schedule: { name: 'oneCycle', learningRate: 3e-3 },
  classWeights: 'balanced',
  labelSmoothing: 0.1,
  average: 0.99,
  patience: 20,
} as const satisfies Recipe;

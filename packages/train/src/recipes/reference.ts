import type { Recipe } from './recipe';

const adam = { name: 'adam', weightDecay: 1e-5 } as const;
const annealing = { name: 'cosineAnnealing', learningRate: 1e-3, period: 10 } as const;

/**
 * What other recipes are compared with: Adam with coupled decay, cosine annealing that is stepped every batch with a period of 10, patience 5;
 * then, from the best epoch, twenty epochs with balanced class weights and label smoothing, the best of which is kept.
 */
export const reference = {
  epochs: 60,
  batchSize: 32,
  optimizer: adam,
  schedule: annealing,
  patience: 5,
  followedBy: [
    {
      epochs: 20,
      batchSize: 32,
      optimizer: adam,
      schedule: annealing,
      classWeights: 'balanced',
      labelSmoothing: 0.1,
      patience: 20,
      bestOf: 'phase',
    },
  ],
} as const satisfies Recipe;

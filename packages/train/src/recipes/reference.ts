import type { Recipe } from './recipe';

const adam = { name: 'adam', weightDecay: 1e-5 } as const;
const annealing = { name: 'cosineAnnealing', learningRate: 1e-3, period: 10 } as const;

/**
 * The recipe that other recipes are compared with: Adam with coupled weight decay, cosine annealing with a period of 10
 * steps, patience 5. Then it continues from the best epoch with twenty epochs with balanced class weights and label
 * smoothing, and keeps the best of these.
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

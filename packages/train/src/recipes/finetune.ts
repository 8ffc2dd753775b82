import type { Recipe } from './recipe';

/**
 * Trains the last stages of a backbone together with a head that was trained before: small learning rates, smaller for
 * lower stages.
 */
export const finetune = {
  epochs: 12,
  batchSize: 32,
  accumulation: 2,
  optimizer: { name: 'adamw', weightDecay: 5e-2 },
  decay: 'matrices',
  schedule: { name: 'cosineAnnealing', learningRate: 3e-4, warmUp: 20 },
  stageDecay: 0.3,
  classWeights: 'balanced',
  labelSmoothing: 0.1,
  mixing: { kind: 'mixup', alpha: 0.2 },
  clipNorm: 1,
  average: 0.99,
  patience: 4,
} as const satisfies Recipe;
